import assert from 'node:assert/strict';
import { generateKeyPairSync, X509Certificate } from 'node:crypto';
import { describe, it } from 'node:test';
import { MemoryPrivateFiles } from '../../fakes/memory-private-files.ts';
import { AUTHORITY_FILE, CertificateAuthority, type LeafOrder } from './certificate-authority.ts';
import { YEAR_MS } from './certificate-lifetime.ts';

const NOW = Date.UTC(2030, 0, 1);
const HOUR_MS = 3_600_000;
const client: LeafOrder = { subject: { commonName: 'viewer', organizations: ['a', 'b, c'] }, use: { kind: 'client' } };
const server: LeafOrder = {
  subject: { commonName: 'api' },
  use: { kind: 'server', names: ['localhost', '127.0.0.1', '::1', 'kubernetes.default.svc'] },
};

describe('CertificateAuthority', () => {
  it('open() makes an authority once, and finds it again', async () => {
    const files = new MemoryPrivateFiles();
    const made = await CertificateAuthority.open(files, NOW);
    const found = await CertificateAuthority.open(new MemoryPrivateFiles(files.content), NOW + YEAR_MS);
    assert.equal(found.certificate.fingerprint256, made.certificate.fingerprint256);
    assert.deepEqual([...files.content.keys()], [AUTHORITY_FILE]);
    const { ca, subject, validFromDate, validToDate } = made.certificate;
    assert.deepEqual([ca, subject], [true, 'CN=hooklet-ca']);
    assert.deepEqual([validFromDate.getTime(), validToDate.getTime()], [NOW - HOUR_MS, NOW + 10 * YEAR_MS]);
  });

  it('issue() signs a server certificate with its names and addresses, and nothing but that', async () => {
    const authority = await CertificateAuthority.open(new MemoryPrivateFiles(), NOW);
    const { cert, key } = authority.issue(server, NOW);
    const made = new X509Certificate(cert);
    assert.ok(made.checkIssued(authority.certificate) && made.verify(authority.certificate.publicKey));
    assert.match(key, /^-----BEGIN PRIVATE KEY-----\n/);
    assert.equal(made.subjectAltName, 'DNS:localhost, IP Address:127.0.0.1, IP Address:0:0:0:0:0:0:0:1, DNS:kubernetes.default.svc');
    assert.equal(made.checkHost('kubernetes.default.svc'), 'kubernetes.default.svc');
    assert.equal(made.checkIP('::1'), '::1');
    assert.equal(made.checkHost('elsewhere.example'), undefined);
    assert.deepEqual([made.ca, made.keyUsage], [false, ['1.3.6.1.5.5.7.3.1']]);
    assert.equal(made.validToDate.getTime(), NOW + YEAR_MS);
  });

  it('issue() signs a client certificate with its groups apart, and gives each its own key and number', async () => {
    const authority = await CertificateAuthority.open(new MemoryPrivateFiles(), NOW);
    const [one, other] = [authority.issue(client, NOW), authority.issue(client, NOW)];
    const made = new X509Certificate(one.cert);
    assert.deepEqual({ ...made.toLegacyObject().subject }, { O: ['a', 'b, c'], CN: 'viewer' });
    assert.deepEqual(made.keyUsage, ['1.3.6.1.5.5.7.3.2']);
    assert.notEqual(one.key, other.key);
    assert.notEqual(made.serialNumber, new X509Certificate(other.cert).serialNumber);
  });

  it('issue() signs nothing that outlives the authority', async () => {
    const authority = await CertificateAuthority.open(new MemoryPrivateFiles(), NOW);
    const late = NOW + 9.5 * YEAR_MS;
    assert.equal(new X509Certificate(authority.issue(client, late).cert).validToDate.getTime(), NOW + 10 * YEAR_MS);
  });

  it('renewIfDue() keeps the key, so that both certificates of the authority vouch for what either signed', async () => {
    const files = new MemoryPrivateFiles();
    const authority = await CertificateAuthority.open(files, NOW);
    const before = authority.certificate;
    const signedBefore = new X509Certificate(authority.issue(client, NOW).cert);
    assert.equal(await authority.renewIfDue(NOW + 6 * YEAR_MS), false);
    assert.equal(await authority.renewIfDue(NOW + 7 * YEAR_MS), true);
    assert.equal(authority.certificate.validToDate.getTime(), NOW + 17 * YEAR_MS);
    assert.ok(signedBefore.checkIssued(authority.certificate) && signedBefore.verify(authority.certificate.publicKey));
    const signedAfter = new X509Certificate(authority.issue(client, NOW + 7 * YEAR_MS).cert);
    assert.ok(signedAfter.checkIssued(before) && signedAfter.verify(before.publicKey));
    const found = await CertificateAuthority.open(files, NOW + 7 * YEAR_MS);
    assert.equal(found.certificate.fingerprint256, authority.certificate.fingerprint256);
  });

  it('renewIfDue() makes a certificate that fits when the clock was wrong, ahead or behind', async () => {
    for (const wrong of [0, NOW - 20 * YEAR_MS, NOW + 20 * YEAR_MS]) {
      const authority = await CertificateAuthority.open(new MemoryPrivateFiles(), wrong);
      assert.equal(await authority.renewIfDue(NOW), true, new Date(wrong).toISOString());
      const { validFromDate, validToDate } = authority.certificate;
      assert.ok(validFromDate.getTime() < NOW && validToDate.getTime() > NOW);
    }
  });

  it('renewIfDue() keeps what it has when the new one cannot be written', async () => {
    const files = new MemoryPrivateFiles();
    const authority = await CertificateAuthority.open(files, NOW);
    const before = authority.certificate;
    files.isFull = true;
    await assert.rejects(authority.renewIfDue(NOW + 9 * YEAR_MS), { code: 'hostLacks' });
    assert.equal(authority.certificate, before);
  });

  it('open() refuses what is damaged or does not belong together, and says what removing it means', async () => {
    const good = new MemoryPrivateFiles();
    const authority = await CertificateAuthority.open(good, NOW);
    const { cert, key } = authority.issue(client, NOW);
    const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ type: 'pkcs8', format: 'pem' });
    const cases = ['', 'x', key, `${key}${authority.certificate}`, `${key}${cert}`, `${rsa}${authority.certificate}`];
    for (const text of cases) {
      const files = new MemoryPrivateFiles(new Map([[AUTHORITY_FILE, text]]));
      await assert.rejects(CertificateAuthority.open(files, NOW), {
        code: 'hostLacks',
        message: /^Cannot use the certificate authority "ca\.pem" of the state directory: .*; restore it, or remove it: .* void$/,
      });
      assert.equal(files.content.get(AUTHORITY_FILE), text);
    }
  });
});
