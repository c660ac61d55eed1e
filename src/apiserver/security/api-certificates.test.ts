import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { describe, it, type TestContext } from 'node:test';
import { parse } from 'yaml';
import { ManualClock } from '../../fakes/manual-clock.ts';
import { MemoryPrivateFiles } from '../../fakes/memory-private-files.ts';
import { ApiCertificates } from './api-certificates.ts';
import { CertificateAuthority } from './certificate-authority.ts';
import { YEAR_MS } from './certificate-lifetime.ts';

const MINUTE_MS = 60_000;
const URL = 'https://127.0.0.1:6443';

async function open(t: TestContext, clock = new ManualClock(), pki = new MemoryPrivateFiles()) {
  const state = new MemoryPrivateFiles();
  const warned: string[] = [];
  const authority = await CertificateAuthority.open(pki, clock.now().wallMs);
  const logger = { info: () => {}, warn: (message: string) => warned.push(message) };
  const certificates = new ApiCertificates({ authority, state, clock, logger, names: ['localhost', '127.0.0.1'] });
  t.after(() => certificates.close());
  const renewed: X509Certificate[] = [];
  const publish = (): Promise<void> => certificates.publish(URL, ({ cert }) => renewed.push(new X509Certificate(cert)));
  return { clock, pki, state, authority, certificates, warned, renewed, publish, userIn: (name: string) => userIn(state, name) };
}

const decode = (data: string): X509Certificate => new X509Certificate(Buffer.from(data, 'base64'));

function userIn(state: MemoryPrivateFiles, name: string) {
  const config = parse(state.content.get(`${name}.kubeconfig`) ?? '');
  const { user } = config.users[0];
  return { config, certificate: decode(user['client-certificate-data']), key: Buffer.from(user['client-key-data'], 'base64').toString() };
}

const isValidAt = ({ validFromDate, validToDate }: X509Certificate, wallMs: number): boolean =>
  validFromDate.getTime() <= wallMs && wallMs <= validToDate.getTime();

describe('ApiCertificates', () => {
  it('publish() writes two kubeconfigs with everything in them', async (t) => {
    const { publish, userIn, state, authority } = await open(t);
    await publish();
    assert.deepEqual([...state.content.keys()].sort(), ['admin.kubeconfig', 'viewer.kubeconfig']);
    const { config, certificate } = userIn('admin');
    assert.equal(config['current-context'], 'hooklet');
    assert.deepEqual(config.contexts, [{ name: 'hooklet', context: { cluster: 'hooklet', user: 'admin' } }]);
    const { cluster } = config.clusters[0];
    assert.equal(cluster.server, URL);
    assert.equal(decode(cluster['certificate-authority-data']).fingerprint256, authority.certificate.fingerprint256);
    assert.deepEqual({ ...certificate.toLegacyObject().subject }, { O: 'system:masters', CN: 'admin' });
    assert.deepEqual({ ...userIn('viewer').certificate.toLegacyObject().subject }, { O: 'hooklet:viewers', CN: 'viewer' });
    assert.notEqual(userIn('admin').key, userIn('viewer').key);
  });

  it('publish() rejects when the kubeconfigs cannot be written', async (t) => {
    const { publish, state } = await open(t);
    state.isFull = true;
    await assert.rejects(publish(), { code: 'hostLacks' });
  });

  it('renews the serving certificate and the kubeconfigs when two thirds of their year are over, and not before', async (t) => {
    const { clock, publish, renewed, userIn, certificates } = await open(t);
    await publish();
    const before = userIn('admin').certificate;
    await clock.jumpWall(0.6 * YEAR_MS);
    await clock.advance(5 * MINUTE_MS);
    assert.equal(renewed.length, 0);
    await clock.jumpWall(0.1 * YEAR_MS);
    await clock.advance(5 * MINUTE_MS);
    assert.equal(renewed.length, 1);
    assert.equal(new X509Certificate(certificates.serving.cert).fingerprint256, renewed[0]?.fingerprint256);
    assert.notEqual(userIn('admin').certificate.fingerprint256, before.fingerprint256);
    await clock.advance(60 * MINUTE_MS);
    assert.equal(renewed.length, 1);
  });

  for (const years of [30, -30]) {
    it(`has certificates that fit within a minute after the clock was set ${years} years on`, async (t) => {
      const { clock, publish, renewed, userIn, certificates } = await open(t);
      await publish();
      await clock.jumpWall(years * YEAR_MS);
      await clock.advance(MINUTE_MS);
      const now = clock.now().wallMs;
      assert.equal(renewed.length, 1);
      const all = [
        renewed[0] as X509Certificate,
        userIn('admin').certificate,
        userIn('viewer').certificate,
        new X509Certificate(certificates.clusterCa),
      ];
      assert.deepEqual(
        all.map((one) => isValidAt(one, now)),
        [true, true, true, true],
      );
      const { cluster } = userIn('admin').config.clusters[0];
      assert.equal(decode(cluster['certificate-authority-data']).fingerprint256, all[3]?.fingerprint256);
    });
  }

  it('tells everybody of a renewed authority, also those whose own certificates are fresh, when it can', async (t) => {
    const clock = new ManualClock();
    const pki = new MemoryPrivateFiles();
    await CertificateAuthority.open(pki, clock.now().wallMs);
    await clock.jumpWall(6.6 * YEAR_MS);
    const { publish, renewed, userIn, state, certificates } = await open(t, clock, pki);
    await publish();
    const before = certificates.clusterCa;
    state.isFull = true;
    await clock.jumpWall(0.1 * YEAR_MS);
    await clock.advance(2 * MINUTE_MS);
    assert.notEqual(certificates.clusterCa, before);
    assert.equal(renewed.length, 1);
    state.isFull = false;
    await clock.advance(MINUTE_MS);
    const { cluster } = userIn('admin').config.clusters[0];
    assert.equal(decode(cluster['certificate-authority-data']).toString(), certificates.clusterCa);
    assert.equal(certificates.serving.clientCa, certificates.clusterCa);
  });

  it('goes on with what it has while the disk is full, and catches up when it is not', async (t) => {
    const { clock, publish, renewed, warned, userIn, state } = await open(t);
    await publish();
    const before = userIn('admin').certificate.fingerprint256;
    state.isFull = true;
    await clock.jumpWall(0.7 * YEAR_MS);
    await clock.advance(3 * MINUTE_MS);
    assert.equal(renewed.length, 1);
    assert.equal(userIn('admin').certificate.fingerprint256, before);
    assert.equal(warned.length, 3);
    state.isFull = false;
    await clock.advance(MINUTE_MS);
    assert.notEqual(userIn('admin').certificate.fingerprint256, before);
    assert.equal(renewed.length, 1);
  });

  it('close() ends the waiting, twice is fine', async (t) => {
    const { clock, publish, certificates } = await open(t);
    await publish();
    assert.equal(clock.pending, 1);
    await certificates.close();
    await certificates.close();
    assert.equal(clock.pending, 0);
  });
});
