import type { SweptLeftover } from '../ports/leftover-sweep.ts';
import type { Programs } from '../ports/programs.ts';

export interface IptablesOwner {
  readonly networkName: string;
  /** Addresses whose leases were removed. */
  readonly deadAddresses: ReadonlySet<string>;
  readonly lives: (sandboxId: string) => boolean;
}

/** Removes the rules and chains that CNI plugins made for our network's dead sandboxes. Best effort. */
export async function sweepIptables(programs: Programs, owner: IptablesOwner): Promise<readonly SweptLeftover[]> {
  const rules = await programs.run('iptables-save', []).catch(() => '');
  const { script, chains } = iptablesRemoval(rules, owner);
  if (script === '') return [];
  // One transaction a table: either all of it goes, or the next sweep tries again.
  const done = await programs.run('iptables-restore', ['-w', '10', '--noflush'], script).then(
    () => true,
    () => false,
  );
  return done ? chains.map((name) => ({ kind: 'iptables', name })) : [];
}

/**
 * The input of `iptables-restore` that removes them. The bridge and portmap plugins mark each rule with the network's
 * name and the sandbox (`pkg/utils/iptables.go`, "name: \"…\" id: \"…\"") and give each sandbox chains of its own; the
 * firewall plugin only names the address.
 */
export function iptablesRemoval(saved: string, owner: IptablesOwner): { readonly script: string; readonly chains: readonly string[] } {
  const script: string[] = [];
  const all: string[] = [];
  for (const table of saved.split(/^(?=\*)/m)) {
    const name = /^\*(\w+)/.exec(table)?.[1];
    if (name === undefined) continue;
    const dead = table.split('\n').filter((line) => line.startsWith('-A ') && isDead(line, owner));
    const chains = [...new Set(dead.map(ownChain).filter((chain) => chain !== undefined))];
    if (dead.length === 0) continue;
    script.push(`*${name}`, ...dead.map((line) => `-D${line.slice(2)}`));
    script.push(...chains.map((chain) => `-F ${chain}`), ...chains.map((chain) => `-X ${chain}`), 'COMMIT', '');
    all.push(...chains);
  }
  return { script: script.join('\n'), chains: all };
}

function isDead(line: string, { networkName, deadAddresses, lives }: IptablesOwner): boolean {
  const marked = /name: \\"([^"\\]+)\\" id: \\"([^"\\]+)\\"/.exec(line);
  // Within a sandbox's own chain rules are marked too; those go with their chain.
  if (marked !== null) return !/^-A CNI-(DN-)?[0-9a-f]{8,}/.test(line) && marked[1] === networkName && !lives(marked[2] ?? '');
  const address = /^-A CNI-FORWARD (?:-s|-d) ([0-9.]+)\/32 /.exec(line)?.[1];
  return address !== undefined && deadAddresses.has(address);
}

const ownChain = (line: string): string | undefined => / -j (CNI-(?:DN-)?[0-9a-f]{8,})\s*$/.exec(line)?.[1];
