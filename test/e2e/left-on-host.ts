/** Everything of one hooklet that is on this host outside of its state directory, in words: nothing, after a clean end. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { HostPaths } from '../../src/ports/host-paths.ts';
import { runToEnd } from './hooklet.ts';
import { hostTraces } from './host/host-traces.ts';

/** `chains`: what `ownChains` said while Pods ran; a chain that is left has lost the rules that say whose it is. */
export async function leftOnHost(paths: HostPaths, chains: readonly string[] = []): Promise<readonly string[]> {
  const traces = Object.entries(await hostTraces(paths)).flatMap(([kind, names]) =>
    (names as readonly string[]).map((name) => `${kind}: ${name}`),
  );
  const rules = await iptablesSave();
  return [
    ...traces,
    ...processesNaming(paths.runDir, paths.stateDir),
    ...chains.filter((chain) => rules.includes(chain)).map((chain) => `chain: ${chain}`),
    ...[paths.runDir, join('/sys/class/net', paths.bridgeName)].filter(existsSync),
    ...cgroupsOf(paths),
  ];
}

/** The iptables chains that exist for Pods of this hooklet only. */
export async function ownChains({ networkName }: HostPaths): Promise<readonly string[]> {
  const ours = (await iptablesSave()).split('\n').filter((line) => line.includes(`"${networkName}\\"`));
  return [...new Set(ours.flatMap((line) => / -j (CNI-(?:DN-)?[0-9a-f]+)/.exec(line)?.[1] ?? []))];
}

function processesNaming(...places: readonly string[]): readonly string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && name !== String(process.pid))
    .map((pid) => `process ${pid}: ${commandLine(pid)}`)
    .filter((line) => places.some((place) => line.includes(place)));
}

function commandLine(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
  } catch {
    return ''; // it has just ended
  }
}

function cgroupsOf({ cgroupParent }: HostPaths): readonly string[] {
  const hierarchies = ['', ...readdirSync('/sys/fs/cgroup')];
  return hierarchies.map((name) => join('/sys/fs/cgroup', name, cgroupParent)).filter(existsSync);
}

async function iptablesSave(): Promise<string> {
  const { code, stdout, stderr } = await runToEnd('iptables-save', [], { PATH: '/usr/sbin:/sbin:/usr/bin:/bin' });
  if (code !== 0) throw new Error(`iptables-save failed: ${stderr}`);
  return stdout;
}
