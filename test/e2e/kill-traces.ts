/** Everything of deleted Pods that could be left on the host while the runtime still runs. */
import { execFile } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { isDeepStrictEqual, promisify } from 'node:util';
import { ProcHostProcesses } from '../../src/host/proc-host-processes.ts';
import type { HostPaths } from '../../src/ports/host-paths.ts';
import { type HostTraces, hostTraces, noTraces } from './host/host-traces.ts';

export interface PodTraces extends HostTraces {
  readonly pipeKeepers: readonly string[];
  readonly runcProcesses: readonly string[];
  readonly runcStates: readonly string[];
  readonly shimBundles: readonly string[];
  readonly netns: readonly string[];
  readonly runtimeContainers: readonly string[];
  readonly runtimeLeases: readonly string[];
  readonly podDirs: readonly string[];
}

export const noPodTraces: PodTraces = {
  ...noTraces,
  pipeKeepers: [],
  runcProcesses: [],
  runcStates: [],
  shimBundles: [],
  netns: [],
  runtimeContainers: [],
  runtimeLeases: [],
  podDirs: [],
};

export async function podTraces(paths: HostPaths): Promise<PodTraces> {
  const commandLines = (program: string): string[] => new ProcHostProcesses().find(program).map(({ argv }) => argv.join(' '));
  const state = join(paths.runDir, 'state');
  return {
    ...(await hostTraces(paths)),
    pipeKeepers: commandLines('sh').filter((line) => line.includes(`${paths.runDir}/pipes`)),
    runcProcesses: commandLines('runc').filter((line) => line.includes(paths.runDir)),
    runcStates: await names(join(paths.runDir, 'runc', 'k8s.io')),
    shimBundles: await names(join(state, 'io.containerd.runtime.v2.task', 'k8s.io')),
    netns: await names(join(state, 'io.containerd.grpc.v1.cri', 'netns')),
    runtimeContainers: await listed(paths, 'containers'),
    // containerd's own, of a call that was killed, end by themselves.
    runtimeLeases: (await listed(paths, 'leases')).filter((line) => !line.includes('containerd.io/gc.expire=')),
    podDirs: [...(await names(paths.podsDir)), ...(await names(paths.logsDir))],
  };
}

/** Rests that the kernel or containerd remove by themselves (a veth, a lease that has ended) are given a moment. */
export async function restOf(paths: HostPaths): Promise<PodTraces> {
  for (let waitedMs = 0; ; waitedMs += 100) {
    const traces = await podTraces(paths);
    if (isDeepStrictEqual(traces, noPodTraces) || waitedMs >= 3000) return traces;
    await setTimeout(100);
  }
}

/** The lines of the table that containerd's own client prints, without its head. */
async function listed(paths: HostPaths, what: 'containers' | 'leases'): Promise<string[]> {
  const args = ['-a', paths.containerdSocket, '-n', 'k8s.io', what, 'ls'];
  const { stdout } = await promisify(execFile)('ctr', args, { env: { PATH: '/usr/sbin:/sbin:/usr/bin:/bin' } });
  return stdout.trim().split('\n').slice(1);
}

const names = (dir: string): Promise<string[]> => readdir(dir).catch((): string[] => []);
