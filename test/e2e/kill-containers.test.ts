import { deepEqual, equal, notEqual, ok } from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { after, before, describe, it } from 'node:test';
import { promisify } from 'node:util';
import type { PrintedRecord } from '../../src/core/journal-record.ts';
import type { HostPaths } from '../../src/ports/host-paths.ts';
import { Hooklet } from './hooklet.ts';
import type { HookletRun } from './hooklet-run.ts';
import { containerdPid } from './kill-containerd.ts';
import { HookLog, podOf } from './kill-hooks.ts';

/** Container id → process id on the host, of every container that runs. */
type Tasks = Readonly<Record<string, string>>;

describe('containers that run when their agent or containerd is killed with kill -9', () => {
  let hooklet: Hooklet;
  let paths: HostPaths;
  let log: HookLog;
  let run: HookletRun;
  let before2: Tasks;
  before(async () => {
    hooklet = await Hooklet.open();
    paths = await hooklet.paths();
    log = await HookLog.open();
  });
  after(async () => {
    await hooklet.close();
    await log.remove();
  });

  const pod = (name: string, preStopName: string, grace?: number): string =>
    podOf(name, [{ name: 'main', preStop: { name: preStopName, ends: 0, exitCode: 0 } }], {
      log,
      ...(grace === undefined ? {} : { grace }),
    });
  const ready = async (of: HookletRun, name: string): Promise<Extract<PrintedRecord, { type: 'container.ready' }>> =>
    of.untilOne('container.ready', { pod: name });
  const containerIdOf = (of: HookletRun, name: string): string | undefined => of.all('container.started', { pod: name })[0]?.containerId;

  async function tasks(): Promise<Tasks> {
    const { stdout } = await promisify(execFile)('ctr', ['-a', paths.containerdSocket, '-n', 'k8s.io', 'tasks', 'ls'], {
      env: { PATH: '/usr/sbin:/sbin:/usr/bin:/bin' },
    });
    const rows = stdout
      .trim()
      .split('\n')
      .slice(1)
      .map((line) => line.split(/\s+/));
    return Object.fromEntries(rows.filter(([, , status]) => status === 'RUNNING').map(([id, pid]) => [id, pid]));
  }

  it('go on with the same process while no agent lives', async () => {
    const file = await hooklet.file('first.yaml', [pod('stays', 'stays'), pod('changes', 'changes'), pod('goes', 'goes')].join('\n---\n'));
    run = hooklet.run(file);
    for (const name of ['stays', 'changes', 'goes']) await ready(run, name);
    const running = await tasks();
    for (const name of ['stays', 'changes', 'goes']) ok(running[containerIdOf(run, name) ?? ''] !== undefined, name);
    await run.kill();
    deepEqual(await tasks(), running);
    deepEqual(await log.lines(), []);
    before2 = running;
  });

  it('are taken over by the next run: the unchanged Pod goes on, the others end gracefully before anything new starts', async () => {
    const file = await hooklet.file(
      'second.yaml',
      [pod('stays', 'stays'), pod('changes', 'changed', 29), pod('comes', 'comes')].join('\n---\n'),
    );
    const next = hooklet.run(file);
    for (const name of ['changes', 'comes']) await ready(next, name);
    const recovered = next.all('agent.recovered').map((record) => [record.pod, record.decision, record.message]);
    deepEqual(recovered.sort(), [
      ['default/changes', 'ends', 'its manifest has changed'],
      ['default/goes', 'ends', 'it is not wanted any more'],
      ['default/stays', 'continues', 'its manifest is unchanged'],
    ]);
    deepEqual([...(await log.lines())].sort(), ['begin changes', 'begin goes', 'end changes', 'end goes']);
    const uid = (name: string): string | undefined => run.all('pod.accepted', { pod: name })[0]?.uid;
    const types = next.records.map((record) => `${record.type} ${record.pod} ${record.uid}`);
    const removed = ['changes', 'goes'].map((name) => types.indexOf(`pod.removed default/${name} ${uid(name)}`));
    ok(
      removed.every((at) => at >= 0 && at < types.findIndex((type) => type.startsWith('pod.accepted'))),
      types.join('\n'),
    );
    notEqual(next.all('pod.accepted', { pod: 'changes' })[0]?.uid, uid('changes'));
    // Of the Pod that goes on nothing at all happened, and its process is the one it was.
    deepEqual(
      next.records.filter((record) => record.pod === 'default/stays' && record.type !== 'agent.recovered'),
      [],
    );
    const id = containerIdOf(run, 'stays') ?? '';
    equal((await tasks())[id], before2[id]);
    run = next;
  });

  it('go on with the same processes when containerd is killed, and are never restarted', async () => {
    const running = await tasks();
    const seen = run.records.length;
    const killed = containerdPid(paths);
    process.kill(killed, 'SIGKILL');
    await containerdIsBack(killed);
    deepEqual(await tasks(), running);
    run.signal('SIGTERM');
    equal(await run.ended(), 0, run.stderr);
    const since = run.records.slice(seen).map(({ type }) => type);
    equal(since.filter((type) => type === 'pod.removed').length, 3);
    deepEqual(
      since.filter((type) => type === 'container.restarting' || type === 'container.created'),
      [],
    );
    ok((await log.lines()).includes('end stays'));
  });

  async function containerdIsBack(killed: number): Promise<void> {
    for (const end = Date.now() + 20_000; Date.now() < end; ) {
      const answers = await tasks().then(
        () => true,
        () => false,
      );
      if (answers && containerdPid(paths) !== killed) return;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    throw new Error(`containerd was not restarted: ${run.stderr}`);
  }
});
