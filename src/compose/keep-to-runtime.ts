import { HookletError } from '../ports/hooklet-error.ts';
import type { HostPaths } from '../ports/host-paths.ts';

const OWN = 'own';

/** What a mark says, for people. */
const runtimeText = (mark: string): string => (mark === OWN ? "hooklet's own containerd" : mark);

/**
 * Throws `hostLacks` when Pods of the state directory that are not removed yet live in another runtime than the one that is
 * named now. Otherwise this one is theirs from now on, durably. Needs the lock.
 */
export async function keepToRuntime(paths: HostPaths, endpoint: string | undefined): Promise<void> {
  const { RuntimeMarkFile } = await import('../host/runtime-mark-file.ts');
  const file = new RuntimeMarkFile(paths.runtimeMarkFile);
  const [wanted, marked] = [await markOf(endpoint), file.read()];
  if (marked === wanted) return;
  if (marked !== undefined) await refuseOpenPods(paths, { wanted, marked });
  file.write(wanted);
}

/** The runtime of another's socket that Pods of the state directory live in, or undefined. */
export async function foreignRuntimeOf(paths: HostPaths): Promise<string | undefined> {
  const { RuntimeMarkFile } = await import('../host/runtime-mark-file.ts');
  const mark = new RuntimeMarkFile(paths.runtimeMarkFile).read();
  return mark === OWN ? undefined : mark;
}

/** One socket has one name, whatever links lead to it. */
async function markOf(endpoint: string | undefined): Promise<string> {
  if (endpoint === undefined) return OWN;
  const { realPath } = await import('../host/host-paths.ts');
  return `unix://${await realPath(endpoint.replace(/^unix:\/\//, ''))}`;
}

async function refuseOpenPods(
  { journalFile, stateDir }: HostPaths,
  { wanted, marked }: { readonly wanted: string; readonly marked: string },
): Promise<void> {
  const { SqliteJournalReader } = await import('../sqlite/sqlite-journal-reader.ts');
  const journal = SqliteJournalReader.open(journalFile);
  try {
    const pods = journal?.openPods() ?? [];
    if (pods.length === 0) return;
    const remedy = marked === OWN ? 'leave --runtime-endpoint out' : `name that one with --runtime-endpoint ${marked}`;
    throw new HookletError(
      'hostLacks',
      `the state directory "${stateDir}" has Pods left in ${runtimeText(marked)}, not in ${runtimeText(wanted)}: ${pods.length}; ${remedy} until they have ended, or use another --state-dir`,
    );
  } finally {
    journal?.close();
  }
}
