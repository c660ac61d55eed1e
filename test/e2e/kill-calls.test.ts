import { deepEqual, equal } from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, describe, it, type TestContext } from 'node:test';
import type { HostPaths } from '../../src/ports/host-paths.ts';
import { Hooklet } from './hooklet.ts';
import type { KillableCall, KillOrder } from './kill-agent.ts';
import { type KillLine, KillRun } from './kill-run.ts';
import { noPodTraces, podTraces, restOf } from './kill-traces.ts';

const CALLS = ['runPodSandbox', 'createContainer', 'startContainer'] as const satisfies readonly KillableCall[];
/** Parts of the time that the call usually takes. */
const MOMENTS = [0, 0.25, 0.5, 0.75, 1];

const podFile = (hooksDir: string): string => `
apiVersion: v1
kind: Pod
metadata: {name: killed}
spec:
  terminationGracePeriodSeconds: 5
  volumes: [{name: hooks, hostPath: {path: ${hooksDir}}}]
  containers:
    - name: main
      image: localhost/hooklet/base:1
      command: [sh, -c, "trap 'exit 0' TERM; while true; do sleep 1 & wait $!; done"]
      ports: [{containerPort: 80, hostPort: 38217}]
      volumeMounts: [{name: hooks, mountPath: /hooks}]
      lifecycle:
        postStart: {exec: {command: [sh, -c, echo postStart >> /hooks/ran]}}
        preStop: {exec: {command: [sh, -c, echo preStop >> /hooks/ran]}}
`;

describe('a kill inside a call to the runtime', () => {
  let hooklet: Hooklet;
  let paths: HostPaths;
  let hooksDir: string;
  let file: string;
  const usualMs = new Map<KillableCall, number>();
  const runs: KillRun[] = [];

  const run = (kill?: KillOrder['kill']): KillRun => {
    const started = new KillRun({ stateDir: hooklet.stateDir, files: [file], ...(kill === undefined ? {} : { kill }) });
    runs.push(started);
    return started;
  };
  const isReady = (lines: readonly KillLine[]): boolean => lines.some(({ type }) => type === 'container.ready');
  const isGone = (lines: readonly KillLine[]): boolean => lines.some(({ type }) => type === 'gone');

  /** Ends the Pod of an agent that has it ready, and says what is left of it before the agent leaves. */
  async function endPod(agent: KillRun): Promise<void> {
    await agent.until('the Pod is ready', isReady);
    agent.tell('stop');
    await agent.until('the Pod is gone', isGone);
    const rest = await restOf(paths);
    agent.tell('leave');
    equal(await agent.ended(), 0, agent.stderr);
    deepEqual(rest, noPodTraces, agent.stderr);
    // Whatever was killed, what Kubernetes promises of the hooks of a container that ran holds.
    equal(await readFile(join(hooksDir, 'ran'), 'utf8'), 'postStart\npreStop\n', agent.stderr);
    await rm(join(hooksDir, 'ran'));
  }

  before(async () => {
    hooklet = await Hooklet.open();
    hooksDir = await mkdtemp(join(tmpdir(), 'hooklet-e2e-hooks-'));
    paths = await hooklet.paths();
    file = await hooklet.file('killed.yaml', podFile(hooksDir));
    const undisturbed = run();
    await undisturbed.until('the Pod is ready', isReady);
    for (const line of undisturbed.lines) if (line.type === 'call') usualMs.set(line.call, line.ms);
    const traces = await podTraces(paths);
    // What the tests below find gone is there while a Pod lives.
    for (const kind of [
      'shims',
      'cgroups',
      'mounts',
      'leases',
      'cniResults',
      'bridgePorts',
      'iptablesRules',
      'runtimeContainers',
      'netns',
    ] as const) {
      equal(traces[kind].length > 0, true, kind);
    }
    await endPod(undisturbed);
  });
  after(async () => {
    for (const each of runs) await each.kill();
    await hooklet.close();
    await rm(hooksDir, { recursive: true, force: true });
  });

  // What one kill left must not be found again by the tests after it.
  afterEach(async (t) => {
    if ((t as TestContext & { readonly passed: boolean }).passed) return;
    for (const each of runs) await each.kill();
    await hooklet.command('reset', '--yes');
    await rm(join(hooksDir, 'ran'), { force: true });
  });

  for (const inside of CALLS) {
    for (const moment of MOMENTS) {
      const when = `after ${moment * 100} % of ${inside}`;

      it(`of the agent ${when}: the next agent has the Pod running, and nothing is left behind`, async () => {
        const killed = run({ inside, victim: 'agent', afterMs: moment * (usualMs.get(inside) ?? 0) });
        equal(await killed.ended(), 'SIGKILL', killed.stderr);
        await endPod(run());
      });

      it(`of containerd ${when}: the same agent has the Pod running, and nothing is left behind`, async () => {
        const agent = run({ inside, victim: 'containerd', afterMs: moment * (usualMs.get(inside) ?? 0) });
        await agent.until('containerd is killed', (lines) => lines.some(({ type }) => type === 'killing'));
        await endPod(agent);
      });
    }
  }
});
