/**
 * The soak: an agent lives through minutes of random Pods, deaths and restarts on real containers; afterwards nothing of
 * them may be left, in the runtime, on the host, or in the agent's memory.
 *
 *   npm run test:soak [-- --minutes 10 --pods 60 --seed N --keep --no-heap]
 *
 * A line each 10 s on stderr; at the end the figures on stdout, and exit 1 with what is left, has grown or was done wrong.
 * A heap snapshot makes the process that takes it grow by half: `--no-heap` takes none, and the RSS is the agent's own.
 * Ctrl-C ends it and removes what it made.
 */
import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { loadavg, tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { resetState } from '../../bench/bench-node.ts';
import { hostPaths } from '../../src/host/host-paths.ts';
import { messageOf } from '../../src/ports/hooklet-error.ts';
import type { HostPaths } from '../../src/ports/host-paths.ts';
import { readSoakOptions, type SoakOptions } from './soak-options.ts';
import { Soak } from './soak-session.ts';

const progress = (what: string): void => console.error(`soak: ${what}`);

async function main(options: SoakOptions): Promise<number> {
  const interrupted = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(name, () => {
      if (!interrupted.signal.aborted) progress('interrupted: removing what was made');
      interrupted.abort(new Error(name));
    });
  }
  const stateDir = await mkdtemp(join(tmpdir(), 'hooklet-soak-'));
  const paths = await hostPaths(stateDir);
  const scratchDir = await mkdtemp(join(tmpdir(), 'hooklet-soak-beside-'));
  progress(`seed ${options.seed}, state directory ${stateDir}, load average ${loadavg()[0]?.toFixed(1)}`);
  const soak = new Soak({ options, paths, scratchDir, signal: interrupted.signal, progress });
  let wrongs: readonly string[] = [];
  try {
    await soak.run();
    wrongs = soak.wrongs;
  } catch (error) {
    wrongs = interrupted.signal.aborted ? ['interrupted'] : [...soak.wrongs, `it broke off: ${messageOf(error)}`];
  } finally {
    await soak.close();
    if (options.keep) await keepEvidence(paths, scratchDir);
    else await rm(scratchDir, { recursive: true, force: true });
    await resetState(stateDir);
  }
  for (const line of soak.figures()) console.log(line);
  for (const wrong of wrongs) console.log(`WRONG: ${wrong}`);
  const good = options.heap ? 'nothing is left, nothing grew' : 'nothing is left; the heap was not looked at';
  console.log(wrongs.length === 0 ? good : `${wrongs.length} things are wrong`);
  return wrongs.length === 0 ? 0 : 1;
}

/** What tells of the run when everything else of it is removed. */
async function keepEvidence({ journalFile, containerdLogFile }: HostPaths, into: string): Promise<void> {
  for (const file of [journalFile, `${journalFile}-wal`, containerdLogFile]) {
    await copyFile(file, join(into, basename(file))).catch(() => undefined); // an early end has not all of them
  }
  progress(`kept: ${into}`);
}

process.exitCode = await main(readSoakOptions(process.argv.slice(2)));
