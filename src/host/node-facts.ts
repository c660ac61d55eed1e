import { readFileSync, statfsSync } from 'node:fs';
import { arch, cpus, platform, release, totalmem } from 'node:os';
import type { NodeFacts } from '../ports/node-facts.ts';

/** Go's names of what Node calls otherwise. */
const ARCHITECTURES: Readonly<Record<string, string>> = { x64: 'amd64', ia32: '386', ppc64: 'ppc64le' };

/** `stateDir` must be there: what Pods write lies in it. Whatever cannot be read is empty. */
export function readNodeFacts(stateDir: string, read: (path: string) => string = readText): NodeFacts {
  const { blocks, bsize } = statfsSync(stateDir);
  const machineID = read('/etc/machine-id').trim();
  return {
    operatingSystem: platform(),
    architecture: ARCHITECTURES[arch()] ?? arch(),
    kernelVersion: release(),
    osImage: prettyName(read('/etc/os-release') || read('/usr/lib/os-release')),
    machineID,
    // Virtual machines without firmware tables have none; upstream falls back likewise (cadvisor `machine/info.go`).
    systemUUID: read('/sys/class/dmi/id/product_uuid').trim().toLowerCase() || machineID,
    bootID: read('/proc/sys/kernel/random/boot_id').trim(),
    cpus: cpus().length,
    memoryBytes: totalmem(),
    ephemeralStorageBytes: blocks * bsize,
  };
}

/** A shell assignment: plain, or in quotes (os-release(5)). */
function prettyName(osRelease: string): string {
  const value = /^PRETTY_NAME=(.*)$/m.exec(osRelease)?.[1]?.trim() ?? '';
  const unquoted = /^(["'])(.*)\1$/.exec(value)?.[2] ?? value;
  return unquoted.replace(/\\(["'$`\\])/g, '$1') || 'unknown';
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
