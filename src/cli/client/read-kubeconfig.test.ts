import { deepEqual, equal, rejects } from 'node:assert/strict';
import { copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { openClient } from './open-client.ts';
import { readKubeconfig } from './read-kubeconfig.ts';

let folder = '';
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hooklet-kubeconfig-'));
});
after(() => rm(folder, { recursive: true }));

const base64 = (text: string): string => Buffer.from(text).toString('base64');

interface Parts {
  readonly cluster?: object;
  readonly user?: object;
  readonly context?: object;
  readonly more?: object;
}

async function written({ cluster, user = {}, context = {}, more = {} }: Parts): Promise<string> {
  const path = join(folder, 'config');
  const config = {
    'current-context': 'c',
    contexts: [{ name: 'other' }, { name: 'c', context: { cluster: 'k', user: 'u', ...context } }],
    clusters: [{ name: 'k', cluster: { server: 'https://127.0.0.1:6443', ...cluster } }],
    users: [{ name: 'u', user }],
    ...more,
  };
  await writeFile(path, JSON.stringify(config));
  return path;
}

describe('readKubeconfig()', () => {
  it('reads the current context: server, authority, name, certificate, token, namespace', async () => {
    const cluster = { 'certificate-authority-data': base64('CA'), 'tls-server-name': 'hooklet' };
    const user = { 'client-certificate-data': base64('CERT'), 'client-key-data': base64('KEY'), token: 't' };
    const { server, ...rest } = await readKubeconfig(await written({ cluster, user, context: { namespace: 'team' } }));
    equal(server.href, 'https://127.0.0.1:6443/');
    deepEqual(rest, { ca: 'CA', serverName: 'hooklet', certificate: { cert: 'CERT', key: 'KEY' }, token: 't', namespace: 'team' });
  });

  it('reads files that lie beside it', async () => {
    for (const name of ['ca.crt', 'me.crt', 'me.key', 'token']) await writeFile(join(folder, name), `${name}\n`);
    const cluster = { 'certificate-authority': 'ca.crt' };
    const user = { 'client-certificate': join(folder, 'me.crt'), 'client-key': 'me.key', tokenFile: 'token' };
    const { server: _, ...rest } = await readKubeconfig(await written({ cluster, user }));
    deepEqual(rest, { ca: 'ca.crt\n', certificate: { cert: 'me.crt\n', key: 'me.key\n' }, token: 'token', namespace: 'default' });
  });

  const refused: Readonly<Record<string, readonly [Parts, RegExp]>> = {
    'no context': [{ more: { 'current-context': '' } }, /does not say which of its contexts/],
    'a context that is not there': [{ more: { 'current-context': 'nope' } }, /no "nope" among its contexts/],
    'a cluster that is not there': [{ context: { cluster: 'nope' } }, /no "nope" among its clusters/],
    'a server that is no URL': [{ cluster: { server: 'here' } }, /its server "here" is no URL/],
    'a server without TLS': [{ cluster: { server: 'http://127.0.0.1:8080' } }, /no secrets in the clear/],
    'a switched off check': [{ cluster: { 'insecure-skip-tls-verify': true } }, /insecure-skip-tls-verify/],
    'a program that logs in': [{ user: { exec: { command: 'aws' } } }, /logs in by "exec"/],
    'half a certificate': [{ user: { 'client-key-data': base64('KEY') } }, /only one of client-certificate and client-key/],
    'a file that is not there': [{ cluster: { 'certificate-authority': 'nope.crt' } }, /nope\.crt", which it names, could not be read/],
    'a token that is no text': [{ user: { token: 7 } }, /its token is no text/],
  };
  for (const [what, [parts, message]] of Object.entries(refused)) {
    it(`refuses ${what}, and names the file`, async () => {
      const path = await written(parts);
      await rejects(
        readKubeconfig(path),
        (error: Error) => 'code' in error && error.code === 'badInput' && message.test(error.message) && error.message.includes(path),
      );
    });
  }

  it('refuses what is no YAML map', async () => {
    const path = join(folder, 'broken');
    for (const text of ['a: [', '- a', '']) {
      await writeFile(path, text);
      await rejects(readKubeconfig(path), { code: 'badInput' });
    }
  });
});

describe('openClient()', () => {
  it('asks the hooklet of the state directory', async () => {
    await copyFile(await written({ context: { namespace: 'team' } }), join(folder, 'admin.kubeconfig'));
    const client = await openClient({ stateDir: folder }, {});
    equal(client.address, '127.0.0.1:6443');
    equal(client.namespace, 'team');
    client.close();
  });

  it('asks the one of $HOOKLET_STATE_DIR, and never that of $KUBECONFIG', async () => {
    const env = { HOOKLET_STATE_DIR: join(folder, 'nothing'), KUBECONFIG: join(folder, 'config') };
    await rejects(
      openClient({}, env),
      (error: Error) => 'code' in error && error.code === 'hostLacks' && error.message.includes('hooklet up'),
    );
  });

  it('says that a named kubeconfig is not there', async () => {
    await rejects(openClient({ kubeconfig: join(folder, 'nope') }, {}), { code: 'badInput' });
  });
});
