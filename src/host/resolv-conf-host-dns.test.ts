import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { hostDnsContract } from '../ports/host-dns.contract.ts';
import { ResolvConfHostDns } from './resolv-conf-host-dns.ts';

async function files(t: TestContext) {
  const dir = await mkdtemp(join(tmpdir(), 'hooklet-dns-'));
  t.after(() => rm(dir, { recursive: true, force: true }));
  return { file: join(dir, 'resolv.conf'), behindStub: join(dir, 'behind.conf') };
}

hostDnsContract('ResolvConfHostDns', async (t) => {
  const places = await files(t);
  return {
    dns: new ResolvConfHostDns(places),
    configure: async (spec) => {
      await rm(places.file, { force: true });
      if (spec === undefined) return;
      const { servers, searches, options } = spec;
      const lines = servers.map((server) => `nameserver ${server}`);
      if (searches.length > 0) lines.push(`search ${searches.join(' ')}`);
      if (options.length > 0) lines.push(`options ${options.join(' ')}`);
      await writeFile(places.file, `# written by a test\n${lines.join('\n')}\n`);
    },
  };
});

describe('ResolvConfHostDns', () => {
  it('read() looks behind the stub of systemd-resolved, where a Pod cannot ask', async (t) => {
    const places = await files(t);
    await writeFile(places.file, 'nameserver 127.0.0.53\noptions edns0 trust-ad\nsearch a\n');
    assert.deepEqual(await new ResolvConfHostDns(places).read(), {
      servers: ['127.0.0.53'],
      searches: ['a'],
      options: ['edns0', 'trust-ad'],
    });
    await writeFile(places.behindStub, 'nameserver 192.0.2.1\nsearch b\n');
    assert.deepEqual(await new ResolvConfHostDns(places).read(), { servers: ['192.0.2.1'], searches: ['b'], options: [] });
  });

  it('read() takes any other name server as it stands, on loopback too', async (t) => {
    const places = await files(t);
    await writeFile(places.behindStub, 'nameserver 192.0.2.1\n');
    for (const server of ['127.0.0.1', '127.0.0.53\nnameserver 192.0.2.2']) {
      await writeFile(places.file, `nameserver ${server}\n`);
      assert.notDeepEqual((await new ResolvConfHostDns(places).read()).servers, ['192.0.2.1']);
    }
  });

  it('read() rejects with the file’s name when it cannot be read', async (t) => {
    const places = await files(t);
    await mkdir(places.file);
    await assert.rejects(new ResolvConfHostDns(places).read(), { code: 'runtimeFailed', message: /resolv\.conf/ });
  });
});
