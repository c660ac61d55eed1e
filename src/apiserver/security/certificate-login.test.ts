import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { MemoryPrivateFiles } from '../../fakes/memory-private-files.ts';
import { CertificateAuthority, type LeafOrder } from './certificate-authority.ts';
import { YEAR_MS } from './certificate-lifetime.ts';
import { CertificateLogin } from './certificate-login.ts';

const NOW = Date.UTC(2030, 0, 1);
const authority = await CertificateAuthority.open(new MemoryPrivateFiles(), NOW);
const rawOf = (subject: LeafOrder['subject']): Uint8Array =>
  new X509Certificate(authority.issue({ subject, use: { kind: 'client' } }, NOW).cert).raw;
const login = (): CertificateLogin => new CertificateLogin(() => authority.certificate);

describe('CertificateLogin', () => {
  it('userOf() takes the common name as user and the organizations as groups', () => {
    const user = login().userOf(rawOf({ commonName: 'jane', organizations: ['dev', 'a, b', 'dev'] }), NOW);
    assert.equal(user?.username, 'jane');
    assert.deepEqual(user?.groups, ['dev', 'a, b', 'system:authenticated']);
    assert.match(user?.extra?.['authentication.kubernetes.io/credential-id']?.[0] ?? '', /^X509SHA256=[0-9a-f]{64}$/);
  });

  it('userOf() reads names as they are, whatever they look like', () => {
    const names = fc.string({ minLength: 1, maxLength: 60, unit: 'grapheme' }).filter((text) => !text.includes('\0'));
    fc.assert(
      fc.property(names, fc.array(names, { maxLength: 3 }), (commonName, organizations) => {
        const user = login().userOf(rawOf({ commonName, organizations }), NOW);
        assert.equal(user?.username, commonName);
        assert.deepEqual(user?.groups, [...new Set([...organizations, 'system:authenticated'])]);
      }),
      { numRuns: 50 },
    );
  });

  it('userOf() knows nobody without a name', () => {
    assert.equal(login().userOf(rawOf({ commonName: '' }), NOW), undefined);
  });

  it('userOf() looks at the time of each request, also of a certificate it has seen', () => {
    const [one, raw] = [login(), rawOf({ commonName: 'jane' })];
    for (const [at, name] of [
      [NOW, 'jane'],
      [NOW + YEAR_MS, 'jane'],
      [NOW + YEAR_MS + 1, undefined],
      [NOW - 2 * 3_600_000, undefined],
      [NOW, 'jane'],
    ] as const) {
      assert.equal(one.userOf(raw, at)?.username, name, new Date(at).toISOString());
    }
  });

  it('userOf() forgets what it thought of a certificate when the authority is another', async () => {
    const other = await CertificateAuthority.open(new MemoryPrivateFiles(), NOW);
    let current = authority.certificate;
    const one = new CertificateLogin(() => current);
    const raw = rawOf({ commonName: 'jane' });
    assert.equal(one.userOf(raw, NOW)?.username, 'jane');
    current = other.certificate;
    assert.equal(one.userOf(raw, NOW), undefined);
  });

  it('userOf() is undefined for bytes that are no certificate', () => {
    fc.assert(fc.property(fc.uint8Array(), (bytes) => assert.equal(login().userOf(bytes, NOW), undefined)));
  });
});
