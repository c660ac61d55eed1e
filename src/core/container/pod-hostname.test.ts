import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { Pod, PodSpec } from '../../model/pod.ts';
import { kernelHostname, podHostname } from './pod-hostname.ts';

const pod = (name: string, spec: Partial<PodSpec> = {}): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace: 'shop', uid: 'u1' },
  spec: { restartPolicy: 'Always', terminationGracePeriodSeconds: 30, containers: [], ...spec },
});

describe('podHostname()', () => {
  const CASES: readonly (readonly [what: string, pod: Pod, hostname: string, domain: string])[] = [
    ['the Pod’s name', pod('demo'), 'demo', ''],
    ['`hostname` before it', pod('demo', { hostname: 'mine' }), 'mine', ''],
    ['nothing for an empty `hostname`', pod('demo', { hostname: '' }), 'demo', ''],
    ['at most 63 bytes, no dot or hyphen at the end', pod(`${'a'.repeat(61)}.-b`), 'a'.repeat(61), ''],
    ['63 bytes whole', pod('a'.repeat(63)), 'a'.repeat(63), ''],
    ['a domain with a `subdomain`', pod('demo', { subdomain: 'sub' }), 'demo', 'sub.shop.svc.cluster.local'],
  ];
  for (const [what, of, hostname, domain] of CASES)
    it(`gives ${what}`, () => assert.deepEqual(podHostname(of, 'cluster.local'), { hostname, domain }));

  it('never gives a name that Linux cannot hold', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[a-z0-9]([-a-z0-9.]{0,250}[a-z0-9])?$/), (name) => {
        const { hostname } = podHostname(pod(name), 'x');
        return hostname.length <= 63 && /^[a-z0-9]/.test(hostname) && /[a-z0-9]$/.test(hostname) && name.startsWith(hostname);
      }),
    );
  });
});

describe('kernelHostname()', () => {
  it('is the short name, and the whole one only where that is asked for and there is a domain', () => {
    assert.equal(kernelHostname(pod('demo', { subdomain: 'sub' }), 'c.local'), 'demo');
    assert.equal(kernelHostname(pod('demo', { subdomain: 'sub', setHostnameAsFQDN: true }), 'c.local'), 'demo.sub.shop.svc.c.local');
    assert.equal(kernelHostname(pod('demo', { setHostnameAsFQDN: true }), 'c.local'), 'demo');
  });

  it('refuses a whole name of more than 64 bytes, in upstream’s words', () => {
    const spec = { subdomain: 'sub', setHostnameAsFQDN: true };
    const rest = '.sub.shop.svc.c.local'.length;
    assert.equal(typeof kernelHostname(pod('a'.repeat(64 - rest), spec), 'c.local'), 'string');
    const fqdn = `${'a'.repeat(65 - rest)}.sub.shop.svc.c.local`;
    assert.deepEqual(kernelHostname(pod('a'.repeat(65 - rest), spec), 'c.local'), {
      error: `failed to construct FQDN from pod hostname and cluster domain, FQDN ${fqdn} is too long (64 characters is the max, 65 characters requested)`,
    });
  });
});
