import { addMs, isReached } from '../core/instant.ts';
import type { Clock } from '../ports/clock.ts';
import type { HostPaths } from '../ports/host-paths.ts';
import type { HostProcess, HostProcesses } from '../ports/host-processes.ts';
import type { SweptLeftover } from '../ports/leftover-sweep.ts';
import { isTransientShim, readShimFlags } from './sweep-shims.ts';

export interface TransientsParts {
  readonly paths: Pick<HostPaths, 'runDir' | 'containerdSocket'>;
  readonly processes: HostProcesses;
  readonly clock: Clock;
}

const shim = 'containerd-shim-runc-v2';
const cniPlugins = ['bridge', 'host-local', 'portmap', 'firewall', 'loopback'];

/** Each is a matter of some 10 ms to 100 ms. */
const settleWithinMs = 3000;
const pollMs = 5;

/**
 * Waits for the short-lived programs that a dead containerd had started for sandboxes that do not live: a CNI plugin
 * would lease an address, a runc make a cgroup, right after a sweep had looked. Kills what does not end in time.
 */
export async function settleTransients(parts: TransientsParts, lives: (id: string) => boolean): Promise<readonly SweptLeftover[]> {
  const { clock, processes } = parts;
  const deadline = addMs(clock.now(), settleWithinMs);
  for (;;) {
    const transients = processes.find(shim, 'runc', ...cniPlugins).filter((process) => isOurTransient(process, parts, lives));
    if (transients.length === 0) return [];
    if (isReached(deadline, clock.now())) {
      return transients
        .filter((process) => processes.signal(process, 'SIGKILL'))
        .map(({ argv }) => ({ kind: 'process', name: argv.join(' ') }));
    }
    await clock.waitUntil(addMs(clock.now(), pollMs), NEVER);
  }
}

const NEVER = new AbortController().signal;

function isOurTransient(process: HostProcess, { paths, processes }: TransientsParts, lives: (id: string) => boolean): boolean {
  const program = process.argv[0] ?? '';
  if (program.endsWith(shim)) {
    const { address, id } = readShimFlags(process);
    return isTransientShim(process) && address === paths.containerdSocket && (id === undefined || !lives(id));
  }
  if (program.endsWith('runc')) return process.argv.includes(`${paths.runDir}/runc/k8s.io`) && !process.argv.some(lives);
  const namespace = processes.variableOf(process, 'CNI_NETNS') ?? '';
  return namespace.startsWith(`${paths.runDir}/`) && !lives(processes.variableOf(process, 'CNI_CONTAINERID') ?? '');
}
