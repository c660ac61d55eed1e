/** Containers that end by themselves: no preStop, restarts by policy, and when and how `run` ends. */
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { Hooklet } from './hooklet.ts';
import type { HookletRun } from './hooklet-run.ts';
import { container, documents, podText, shell } from './pod-text.ts';

const lifecycle = { preStop: shell('echo "must never run"') };
const ends = (name: string, exitCode: number) => container(name, { lifecycle, command: ['sh', '-c', `sleep 0.5; exit ${exitCode}`] });
const never = { restartPolicy: 'Never' };

/** Fails the first time, which the volume remembers. */
const second = container('main', {
  lifecycle,
  command: ['sh', '-c', '[ -e /data/been ] && exit 0; touch /data/been; exit 7'],
  volumeMounts: [{ name: 'data', mountPath: '/data' }],
});

describe('hooklet run with containers that end by themselves', () => {
  let hooklet: Hooklet;
  before(async () => {
    hooklet = await Hooklet.open();
  });
  after(async () => hooklet.close());

  const skippedOf = (run: HookletRun, pod: string) =>
    run.all('hook.skipped', { pod }).map(({ container: name, hook, reason, restartCount }) => [name, restartCount, hook, reason]);
  const exitsOf = (run: HookletRun, pod: string) => run.all('container.exited', { pod }).map(({ exitCode, by }) => [exitCode, by]);

  it('ends when all have ended, without preStop, with 0 when all ended with 0', async () => {
    const run = hooklet.runInput(documents(podText('one', [ends('main', 0)], never), podText('two', [ends('a', 0), ends('b', 0)], never)));
    equal(await run.ended(), 0, run.stderr);
    deepEqual(skippedOf(run, 'one'), [['main', 0, 'preStop', 'containerExited']]);
    deepEqual(skippedOf(run, 'two').sort(), [
      ['a', 0, 'preStop', 'containerExited'],
      ['b', 0, 'preStop', 'containerExited'],
    ]);
    deepEqual(run.all('hook.started'), []);
    deepEqual(run.all('signal.sent'), []);
    deepEqual(exitsOf(run, 'one'), [[0, 'self']]);
    deepEqual(
      run.all('pod.ended').map(({ phase }) => phase),
      ['Succeeded', 'Succeeded'],
    );
    equal(run.all('pod.removed').length, 2);
  });

  it('exits with 1 when one ended with another code, and restarts what failed under OnFailure', async () => {
    const pods = [
      podText('fails', [ends('main', 3)], never),
      podText('retries', [second], { restartPolicy: 'OnFailure', volumes: [{ name: 'data', emptyDir: {} }] }),
    ];
    const run = hooklet.runInput(documents(...pods));
    equal(await run.ended(), 1);
    match(run.stderr, /container "main" of default\/fails ended by itself with 3/);
    deepEqual(skippedOf(run, 'fails'), [['main', 0, 'preStop', 'containerExited']]);
    deepEqual(
      run.all('pod.ended', { pod: 'fails' }).map(({ phase }) => phase),
      ['Failed'],
    );
    deepEqual(exitsOf(run, 'retries'), [
      [7, 'self'],
      [0, 'self'],
    ]);
    deepEqual(skippedOf(run, 'retries'), [
      ['main', 0, 'preStop', 'containerExited'],
      ['main', 1, 'preStop', 'containerExited'],
    ]);
    deepEqual(
      run.all('pod.ended', { pod: 'retries' }).map(({ phase }) => phase),
      ['Succeeded'],
    );
    deepEqual(run.all('hook.started'), []);
  });

  it('restarts under Always, the first time at once, then after 10 s of back-off, and never with a preStop', async () => {
    const run = hooklet.runInput(podText('again', [ends('main', 0)]), '--for', '4s');
    equal(await run.ended(), 0, run.stderr);
    deepEqual(
      run.all('container.started').map(({ restartCount }) => restartCount),
      [0, 1],
    );
    deepEqual(skippedOf(run, 'again'), [
      ['main', 0, 'preStop', 'containerExited'],
      ['main', 1, 'preStop', 'containerExited'],
    ]);
    const waits = run.all('container.restarting').map(({ backoffMs }) => backoffMs);
    ok(waits.includes(10_000), JSON.stringify(waits));
    equal(
      run.all('event', { pod: 'again' }).some(({ reason }) => reason === 'BackOff'),
      true,
    );
    deepEqual(run.all('hook.started'), []);
    equal(run.all('pod.removed').length, 1);
  });
});
