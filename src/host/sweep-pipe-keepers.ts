import { basename, dirname, join } from 'node:path';
import type { HostProcesses } from '../ports/host-processes.ts';
import type { SweptLeftover } from '../ports/leftover-sweep.ts';

/**
 * Ends the shells that hold the pipes of execs open for a next agent: once no container is left, nobody will read them.
 * Each is known by its last word, its folder in the run directory, also when that folder is gone already.
 */
export function sweepPipeKeepers(processes: HostProcesses, runDir: string): readonly SweptLeftover[] {
  const pipes = join(runDir, 'pipes');
  const keepers = processes.find('sh').filter(({ argv }) => dirname(argv.at(-1) ?? '') === pipes);
  return keepers
    .filter((keeper) => processes.signal(keeper, 'SIGKILL'))
    .map(({ argv }) => ({ kind: 'process', name: `keeper of ${basename(argv.at(-1) ?? '')}` }));
}
