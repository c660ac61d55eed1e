/** The ports of the host that Pods want, looked at before anything is started for them. */
import { conflict, formatHostPort, type HostPort, hostPortsOf } from '../model/host-ports.ts';
import type { PodManifest } from '../model/pod.ts';
import { HookletError } from '../ports/hooklet-error.ts';
import type { HostPaths } from '../ports/host-paths.ts';

/** Throws `badInput` when two of the Pods want the same port, `hostLacks` when somebody else has it. */
export async function checkHostPorts(paths: HostPaths, manifests: readonly PodManifest[]): Promise<void> {
  const wanted = manifests.flatMap(hostPortsOf);
  if (wanted.length === 0) return;
  refuseTwice(wanted);
  const own = await portsOfLeftPods(paths);
  const foreign = wanted.filter((port) => !own.some((other) => conflict(port, other)));
  const [{ takenHostPorts }, { HostPrograms }] = await Promise.all([
    import('../host/taken-host-ports.ts'),
    import('../host/host-programs.ts'),
  ]);
  const taken = await takenHostPorts(foreign, new HostPrograms(), paths.networkName);
  if (taken.length === 0) return;
  const lines = taken.map(
    ({ wanted: port, by }) => `port ${formatHostPort(port)} of this host, wanted by Pod ${port.pod}, belongs to ${by}`,
  );
  throw new HookletError('hostLacks', `${lines.join('\n')}\nend what has it, or name another hostPort`);
}

/** Pods of an earlier command go on, or are ended before new ones start: their ports are no obstacle. */
async function portsOfLeftPods({ journalFile }: HostPaths): Promise<readonly HostPort[]> {
  const { SqliteJournalReader } = await import('../sqlite/sqlite-journal-reader.ts');
  const journal = SqliteJournalReader.open(journalFile);
  const records = journal?.openPods().flatMap((left) => left.records) ?? [];
  journal?.close();
  return records.flatMap((record) => (record.type === 'pod.accepted' ? hostPortsOf(record.spec) : []));
}

function refuseTwice(wanted: readonly HostPort[]): void {
  for (const [index, port] of wanted.entries()) {
    const other = wanted.slice(0, index).find((earlier) => earlier.pod !== port.pod && conflict(earlier, port));
    if (other === undefined) continue;
    throw new HookletError(
      'badInput',
      `Pods ${other.pod} and ${port.pod} both want port ${formatHostPort(port)} of this host; name another hostPort for one of them`,
    );
  }
}
