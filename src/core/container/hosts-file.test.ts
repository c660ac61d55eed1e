import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Pod, PodSpec } from '../../model/pod.ts';
import { hostsFile } from './hosts-file.ts';

const pod = (spec: Partial<PodSpec>): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'web-0', namespace: 'shop', uid: 'u1' },
  spec: { restartPolicy: 'Always', terminationGracePeriodSeconds: 30, containers: [], ...spec },
});

const inputs = { podIPs: ['10.1.2.3', 'fd00::3'], ofNode: '127.0.0.1 node\n', clusterDomain: 'cluster.local' };

/** The words of `TestManagedHostsFileContent`, `pkg/kubelet/kubelet_pods_test.go`. */
const LOCAL = `# Kubernetes-managed hosts file.
127.0.0.1\tlocalhost
::1\tlocalhost ip6-localhost ip6-loopback
fe00::0\tip6-localnet
fe00::0\tip6-mcastprefix
fe00::1\tip6-allnodes
fe00::2\tip6-allrouters
`;

const ALIASES = [
  { ip: '123.45.67.89', hostnames: ['foo', 'bar'] },
  { ip: '456.78.90.123', hostnames: ['park'] },
];
const ALIAS_LINES = '\n# Entries added by HostAliases.\n123.45.67.89\tfoo\tbar\n456.78.90.123\tpark\n';

describe('hostsFile()', () => {
  const CASES: readonly (readonly [what: string, spec: Partial<PodSpec>, content: string])[] = [
    ['every address of the Pod by its name', {}, `${LOCAL}10.1.2.3\tweb-0\nfd00::3\tweb-0\n`],
    [
      'the whole name before the short one, when there is a subdomain',
      { hostname: 'web', subdomain: 'nodes' },
      `${LOCAL}10.1.2.3\tweb.nodes.shop.svc.cluster.local\tweb\nfd00::3\tweb.nodes.shop.svc.cluster.local\tweb\n`,
    ],
    ['a section for the aliases', { hostAliases: ALIASES }, `${LOCAL}10.1.2.3\tweb-0\nfd00::3\tweb-0\n${ALIAS_LINES}`],
    [
      'a copy of the node’s own, on its network',
      { hostNetwork: true },
      '# Kubernetes-managed hosts file (host network).\n127.0.0.1 node\n',
    ],
    [
      'aliases behind the copy too',
      { hostNetwork: true, hostAliases: ALIASES },
      `# Kubernetes-managed hosts file (host network).\n127.0.0.1 node\n${ALIAS_LINES}`,
    ],
  ];
  for (const [what, spec, content] of CASES) it(`has ${what}`, () => assert.equal(hostsFile(pod(spec), inputs), content));
});
