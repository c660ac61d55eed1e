import type { ApiLease, ApiNamespace, ApiNode } from '../../src/model/api-objects.ts';

export const cannedNode: ApiNode = {
  apiVersion: 'v1',
  kind: 'Node',
  metadata: {
    name: 'box',
    uid: 'uid-box',
    creationTimestamp: '@-9d1h',
    labels: {
      'kubernetes.io/hostname': 'box',
      'node-role.kubernetes.io/worker': '',
      'node-role.kubernetes.io/control-plane': '',
      'kubernetes.io/role': 'edge',
    },
    annotations: { 'node.alpha.kubernetes.io/ttl': '0' },
  },
  spec: {
    podCIDR: '10.88.0.0/24',
    podCIDRs: ['10.88.0.0/24', 'fd00::/64'],
    providerID: 'hooklet://box',
    unschedulable: true,
    taints: [
      { key: 'b', effect: 'NoSchedule' },
      { key: 'a', value: 'x', effect: 'NoSchedule' },
      { key: 'c', effect: 'NoExecute' },
    ],
  },
  status: {
    capacity: {
      cpu: '2',
      memory: '8127468Ki',
      pods: '110',
      'ephemeral-storage': '100Gi',
      'hugepages-2Mi': '512Mi',
      'example.com/gpu': '4',
    },
    allocatable: {
      cpu: '1900m',
      memory: '8025068Ki',
      pods: '110',
      'ephemeral-storage': '94371840Ki',
      'hugepages-2Mi': '512Mi',
      'example.com/gpu': '4',
    },
    addresses: [
      { type: 'InternalIP', address: '10.88.0.1' },
      { type: 'Hostname', address: 'box' },
    ],
    conditions: [
      {
        type: 'MemoryPressure',
        status: 'False',
        lastHeartbeatTime: '@-1m',
        lastTransitionTime: '@-9d',
        reason: 'KubeletHasSufficientMemory',
        message: 'kubelet has sufficient memory available',
      },
      {
        type: 'Ready',
        status: 'True',
        lastHeartbeatTime: '@-1m',
        lastTransitionTime: '@-9d',
        reason: 'KubeletReady',
        message: 'ready',
      },
    ],
    nodeInfo: {
      machineID: 'm1',
      systemUUID: 's1',
      bootID: 'b1',
      kernelVersion: '6.1.0',
      osImage: 'Debian GNU/Linux 12 (bookworm)',
      operatingSystem: 'linux',
      architecture: 'amd64',
      containerRuntimeVersion: 'containerd://1.6.20',
      kubeletVersion: 'v1.36.0',
      kubeProxyVersion: '',
    },
  },
};

export const cannedLease: ApiLease = {
  apiVersion: 'coordination.k8s.io/v1',
  kind: 'Lease',
  metadata: { name: 'box', namespace: 'kube-node-lease', creationTimestamp: '@-9d1h' },
  spec: { holderIdentity: 'box', leaseDurationSeconds: 40, renewTime: '@-5s.123456' },
};

export const cannedNamespace: ApiNamespace = {
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: { name: 'default', creationTimestamp: '@-9d1h', labels: { 'kubernetes.io/metadata.name': 'default' } },
  spec: { finalizers: ['kubernetes'] },
  status: {
    phase: 'Active',
    conditions: [
      {
        type: 'NamespaceContentRemaining',
        status: 'False',
        lastTransitionTime: '@-1h',
        reason: 'ContentRemoved',
        message: 'All content removed',
      },
    ],
  },
};
