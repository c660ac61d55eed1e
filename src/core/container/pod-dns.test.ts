import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { Pod, PodSpec } from '../../model/pod.ts';
import type { DnsSpec } from '../runtime-spec.ts';
import { type NodeDns, podDns } from './pod-dns.ts';

const host: DnsSpec = { servers: ['192.0.2.1'], searches: ['example'], options: ['edns0'] };
const cluster = { servers: ['10.96.0.10'], domain: 'cluster.local' };
const inCluster: NodeDns = { host, cluster };

const pod = (spec: Partial<PodSpec>): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'demo', namespace: 'shop', uid: 'u1' },
  spec: { restartPolicy: 'Always', terminationGracePeriodSeconds: 30, containers: [], ...spec },
});

const ofCluster: DnsSpec = {
  servers: ['10.96.0.10'],
  searches: ['shop.svc.cluster.local', 'svc.cluster.local', 'cluster.local', 'example'],
  options: ['ndots:5'],
};

describe('podDns() by policy', () => {
  const CASES: readonly (readonly [what: string, spec: Partial<PodSpec>, node: NodeDns, dns: DnsSpec])[] = [
    ['ClusterFirst in a cluster', { dnsPolicy: 'ClusterFirst' }, inCluster, ofCluster],
    ['no policy, which is ClusterFirst', {}, inCluster, ofCluster],
    ['ClusterFirst on the machine’s network', { dnsPolicy: 'ClusterFirst', hostNetwork: true }, inCluster, host],
    ['ClusterFirstWithHostNet', { dnsPolicy: 'ClusterFirstWithHostNet', hostNetwork: true }, inCluster, ofCluster],
    ['Default', { dnsPolicy: 'Default' }, inCluster, host],
    ['ClusterFirst where there is no cluster', { dnsPolicy: 'ClusterFirst' }, { host }, host],
    [
      'None',
      { dnsPolicy: 'None', dnsConfig: { nameservers: ['1.1.1.1'] } },
      inCluster,
      { servers: ['1.1.1.1'], searches: [], options: [] },
    ],
    [
      'a cluster whose domain is not known',
      {},
      { host, cluster: { servers: ['10.96.0.10'], domain: '' } },
      { ...ofCluster, searches: ['example'] },
    ],
  ];
  for (const [what, spec, node, dns] of CASES) it(`: ${what}`, () => assert.deepEqual(podDns(pod(spec), node), { dns, warnings: [] }));

  it('tells that the cluster’s DNS is missing to those Pods only that would use it', () => {
    const lacking: NodeDns = { host, cluster: { servers: [], domain: 'cluster.local' } };
    const message =
      'pod: "demo_shop(u1)". kubelet does not have ClusterDNS IP configured and cannot create Pod using "ClusterFirst" policy. Falling back to "Default" policy.';
    for (const spec of [{}, { dnsPolicy: 'ClusterFirstWithHostNet', hostNetwork: true }] as const)
      assert.deepEqual(podDns(pod(spec), lacking), { dns: host, warnings: [{ reason: 'MissingClusterDNS', message }] });
    for (const spec of [
      { hostNetwork: true },
      { dnsPolicy: 'Default' },
      { dnsPolicy: 'None', dnsConfig: { nameservers: ['1.1.1.1'] } },
    ] as const)
      assert.deepEqual(podDns(pod(spec), lacking).warnings, []);
  });
});

describe('podDns() with dnsConfig', () => {
  it('adds servers and domains that are not there yet, and puts options in place of those of their name', () => {
    const dnsConfig = {
      nameservers: ['192.0.2.1', '192.0.2.2'],
      searches: ['example', 'other'],
      options: [{ name: 'ndots', value: '2' }, { name: 'rotate' }, { name: 'edns0', value: '' }],
    };
    const node = { host: { ...host, options: ['ndots:5', 'edns0'] } };
    assert.deepEqual(podDns(pod({ dnsPolicy: 'Default', dnsConfig }), node).dns, {
      servers: ['192.0.2.1', '192.0.2.2'],
      searches: ['example', 'other'],
      options: ['ndots:2', 'edns0', 'rotate'],
    });
  });

  it('leaves out the fourth name server, and tells which are left', () => {
    const nameservers = ['10.0.0.1', '10.0.0.2', '10.0.0.3'];
    const { dns, warnings } = podDns(pod({ dnsPolicy: 'Default', dnsConfig: { nameservers } }), { host });
    assert.deepEqual(dns.servers, ['192.0.2.1', '10.0.0.1', '10.0.0.2']);
    const message =
      'Nameserver limits were exceeded, some nameservers have been omitted, the applied nameserver line is: 192.0.2.1 10.0.0.1 10.0.0.2';
    assert.deepEqual(warnings, [{ reason: 'DNSConfigForming', message }]);
  });

  const searchesOf = (searches: readonly string[]) =>
    podDns(pod({ dnsPolicy: 'None', dnsConfig: { nameservers: ['10.0.0.1'], searches } }), { host });

  it('leaves out domains beyond the 32nd, longer than 253 bytes, and beyond a line of 2048', () => {
    const many = Array.from({ length: 33 }, (_, index) => `d${index}`);
    assert.deepEqual(searchesOf(many).dns.searches, many.slice(0, 32));
    assert.deepEqual(searchesOf(['a', 'b'.repeat(254), 'c'.repeat(253)]).dns.searches, ['a', 'c'.repeat(253)]);
    const long = Array.from({ length: 9 }, (_, index) => String(index).repeat(253));
    assert.deepEqual(searchesOf(long).dns.searches, long.slice(0, 8));
    // 8 domains of 250 bytes, 7 blanks, and one of 40 with its blank are 2048.
    const fits = [...Array.from({ length: 8 }, (_, index) => String(index).repeat(250)), 'x'.repeat(40)];
    assert.deepEqual(searchesOf(fits), { dns: { servers: ['10.0.0.1'], searches: fits, options: [] }, warnings: [] });
    const { warnings } = searchesOf(many);
    assert.equal(
      warnings[0]?.message,
      `Search Line limits were exceeded, some search paths have been omitted, the applied search line is: ${many.slice(0, 32).join(' ')}`,
    );
  });

  it('always stays within what a resolver takes, and warns exactly when something is left out', () => {
    const domain = fc.stringMatching(/^[a-z]{1,300}$/);
    const server = fc.ipV4();
    fc.assert(
      fc.property(fc.uniqueArray(server, { maxLength: 6 }), fc.uniqueArray(domain, { maxLength: 40 }), (nameservers, searches) => {
        const { dns, warnings } = podDns(pod({ dnsPolicy: 'None', dnsConfig: { nameservers, searches } }), { host });
        assert.ok(dns.servers.length <= 3 && dns.searches.length <= 32 && dns.searches.join(' ').length <= 2048);
        const leftOut = Number(dns.servers.length < nameservers.length) + Number(dns.searches.length < searches.length);
        assert.equal(warnings.length, leftOut);
      }),
    );
  });
});
