import { deepEqual, equal, rejects } from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, it } from 'node:test';
import { until } from '../../test/network/raw-receiver.ts';
import { addressesIn, candidates, nodeNames } from './node-names.ts';

describe('addressesIn()', () => {
  const HOSTS =
    '127.0.0.1 localhost\n# 10.0.0.9 old.example\n10.0.0.1\tOne.example one # first\n10.0.0.2 one\nnonsense one\nfd00::1 one.example.\n';
  it('finds every address of a name, whatever its case, dot or comment', () => {
    deepEqual(addressesIn(HOSTS, 'one'), ['10.0.0.1', '10.0.0.2']);
    deepEqual(addressesIn(HOSTS, 'ONE.example.'), ['10.0.0.1']);
    deepEqual(addressesIn(HOSTS, 'old.example'), []);
    deepEqual(addressesIn(HOSTS, 'localhost'), ['127.0.0.1']);
  });
  it('knows localhost without the file', () => {
    deepEqual(addressesIn('', 'localhost'), ['127.0.0.1', '::1']);
    deepEqual(addressesIn('', 'a.localhost'), ['127.0.0.1', '::1']);
    deepEqual(addressesIn('', 'notlocalhost'), []);
  });
});

describe('candidates()', () => {
  const RESOLV = 'nameserver 10.0.0.1\nsearch first.example second.example. # comment\n';
  const CASES: readonly (readonly [name: string, resolv: string, names: readonly string[]])[] = [
    ['web', '', ['web']],
    ['web', RESOLV, ['web.first.example', 'web.second.example', 'web']],
    ['web.one', RESOLV, ['web.one', 'web.one.first.example', 'web.one.second.example']],
    ['web.one', `${RESOLV}options rotate ndots:5`, ['web.one.first.example', 'web.one.second.example', 'web.one']],
    ['web.', RESOLV, ['web']],
    ['web', `${RESOLV}domain only.example`, ['web.only.example', 'web']],
    ['web', 'search .', ['web']],
  ];
  for (const [name, resolv, names] of CASES) it(`are ${names.join(', ')}`, () => deepEqual(candidates(name, resolv), names));
});

/** A name server on loopback: it knows IPv4 addresses, and otherwise says that there is no such name, or nothing. */
class NameServer {
  readonly asked: string[] = [];
  readonly #socket = createSocket('udp4');
  readonly #known: Readonly<Record<string, readonly number[]>>;

  private constructor(known: Readonly<Record<string, readonly number[]>>, isSilent: boolean) {
    this.#known = known;
    this.#socket.on('message', (query, from) => {
      const answer = this.#answer(query);
      if (!isSilent) this.#socket.send(answer, from.port, from.address);
    });
  }

  static async open(known: Readonly<Record<string, readonly number[]>> = {}, { isSilent = false } = {}): Promise<NameServer> {
    const server = new NameServer(known, isSilent);
    await new Promise<void>((resolve) => server.#socket.bind(0, '127.0.0.1', resolve));
    return server;
  }

  get address(): string {
    return `127.0.0.1:${this.#socket.address().port}`;
  }

  close(): void {
    this.#socket.close();
  }

  #answer(query: Buffer): Buffer {
    const labels: string[] = [];
    let at = 12;
    for (let length = query[at] ?? 0; length > 0; length = query[at] ?? 0) {
      labels.push(query.toString('latin1', at + 1, at + 1 + length));
      at += 1 + length;
    }
    const type = query.readUInt16BE(at + 1);
    const question = query.subarray(12, at + 5);
    const name = labels.join('.');
    if (type === 1) this.asked.push(name);
    const address = type === 1 ? this.#known[name] : undefined;
    const header = Buffer.concat([
      query.subarray(0, 2),
      Buffer.from([0x81, this.#known[name] === undefined ? 0x83 : 0x80, 0, 1, 0, address === undefined ? 0 : 1, 0, 0, 0, 0]),
    ]);
    const record = address === undefined ? Buffer.alloc(0) : Buffer.from([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 0, 0, 4, ...address]);
    return Buffer.concat([header, question, record]);
  }
}

describe('nodeNames()', () => {
  const closing: (() => void)[] = [];
  afterEach(() => {
    for (const close of closing.splice(0)) close();
  });
  async function open(
    known: Readonly<Record<string, readonly number[]>>,
    options: { readonly isSilent?: boolean; readonly hosts?: string; readonly resolv?: string } = {},
  ) {
    const server = await NameServer.open(known, options);
    const directory = mkdtempSync(join(tmpdir(), 'hooklet-names-'));
    closing.push(
      () => server.close(),
      () => rmSync(directory, { recursive: true }),
    );
    const files = { hosts: join(directory, 'hosts'), resolv: join(directory, 'resolv.conf') };
    writeFileSync(files.hosts, options.hosts ?? '');
    writeFileSync(files.resolv, options.resolv ?? '');
    const lookUp = nodeNames(files, [server.address]);
    return { server, lookUp: (name: string, signal = new AbortController().signal) => lookUp(name, signal) };
  }

  it('asks nobody for what the hosts file knows', async () => {
    const { server, lookUp } = await open({}, { hosts: '10.0.0.1 web' });
    deepEqual([await lookUp('web'), server.asked], [['10.0.0.1'], []]);
  });

  it('asks the name server, search domains included', async () => {
    const { server, lookUp } = await open({ 'web.two.example': [10, 0, 0, 2] }, { resolv: 'search one.example two.example' });
    deepEqual([await lookUp('web'), server.asked], [['10.0.0.2'], ['web.one.example', 'web.two.example']]);
  });

  it('rejects a name that nobody has', async () => {
    const { lookUp } = await open({});
    await rejects(lookUp('nobody.example'), { code: 'ENOTFOUND' });
  });

  it('ends at once when it is called off, and keeps the program from nothing', async () => {
    const { server, lookUp } = await open({}, { isSilent: true });
    const controller = new AbortController();
    const asked = lookUp('slow.example', controller.signal);
    await until(() => server.asked.length > 0, 'the name server was asked');
    controller.abort('enough');
    await rejects(asked, (error) => error === 'enough');
    equal(process.getActiveResourcesInfo().includes('QUERYWRAP'), false);
  });
});
