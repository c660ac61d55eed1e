import { readFile } from 'node:fs/promises';
import { parseResolvConf } from '../core/container/resolv-conf.ts';
import type { DnsSpec } from '../core/runtime-spec.ts';
import { HookletError, messageOf } from '../ports/hooklet-error.ts';
import type { HostDns } from '../ports/host-dns.ts';

export interface ResolvConfFiles {
  readonly file: string;
  /** What systemd-resolved itself asks. */
  readonly behindStub: string;
}

const SYSTEM_FILES: ResolvConfFiles = { file: '/etc/resolv.conf', behindStub: '/run/systemd/resolve/resolv.conf' };

/** Where systemd-resolved answers (systemd-resolved.service(8)): on the machine's own loopback, where no Pod can ask it. */
const STUBS: ReadonlySet<string> = new Set(['127.0.0.53', '127.0.0.54']);

export class ResolvConfHostDns implements HostDns {
  readonly #files: ResolvConfFiles;

  constructor(files = SYSTEM_FILES) {
    this.#files = files;
  }

  async read(): Promise<DnsSpec> {
    const configured = parseResolvConf((await textOf(this.#files.file)) ?? '');
    if (configured.servers.length === 0 || !configured.servers.every((server) => STUBS.has(server))) return configured;
    const behind = await textOf(this.#files.behindStub);
    return behind === undefined ? configured : parseResolvConf(behind);
  }
}

async function textOf(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw new HookletError('runtimeFailed', `Cannot read "${path}": ${messageOf(error)}`, { cause: error });
  }
}
