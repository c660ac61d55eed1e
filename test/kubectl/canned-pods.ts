import type { ApiPod } from '../../src/model/api-objects.ts';
import { richPod } from './canned-rich-pod.ts';

const plainPod: ApiPod = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'plain', namespace: 'default', uid: 'uid-plain', creationTimestamp: '@-10h30m' },
  spec: { nodeName: 'box', containers: [{ name: 'main', image: 'localhost/hooklet/base:1' }] },
  status: {
    phase: 'Running',
    hostIP: '10.88.0.1',
    podIP: '10.88.0.7',
    podIPs: [{ ip: '10.88.0.7' }],
    startTime: '@-10h30m',
    containerStatuses: [
      {
        name: 'main',
        image: 'localhost/hooklet/base:1',
        imageID: 'sha256:abc',
        ready: true,
        started: true,
        restartCount: 2,
        state: { running: { startedAt: '@-1h' } },
        lastState: {
          terminated: {
            exitCode: 1,
            reason: 'Error',
            message: 'it broke',
            startedAt: '@-3h',
            finishedAt: '@-9h30m',
          },
        },
      },
    ],
  },
};

const deletingPod: ApiPod = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: {
    name: 'deleting',
    namespace: 'default',
    uid: 'uid-deleting',
    creationTimestamp: '@-12h30m',
    deletionTimestamp: '@+10m',
    deletionGracePeriodSeconds: 600,
  },
  spec: {
    nodeName: 'box',
    containers: [
      { name: 'main', image: 'a:1', resources: { limits: { cpu: '500m', memory: '64Mi' }, requests: { cpu: '500m', memory: '64Mi' } } },
    ],
  },
  status: {
    phase: 'Running',
    containerStatuses: [
      {
        name: 'main',
        image: 'a:1',
        imageID: 'sha256:5',
        ready: true,
        restartCount: 0,
        state: { running: { startedAt: '@-12m' } },
      },
    ],
  },
};

const failedPod: ApiPod = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'failed', namespace: 'default', uid: 'uid-failed', creationTimestamp: '@-30h30m' },
  spec: { nodeName: 'box', restartPolicy: 'Never', containers: [{ name: 'main', image: 'a:1' }], volumes: [] },
  status: {
    phase: 'Failed',
    reason: 'Evicted',
    message: 'The node was low on resource: memory.',
    containerStatuses: [
      {
        name: 'main',
        image: 'a:1',
        imageID: 'sha256:5',
        ready: false,
        restartCount: 0,
        state: { terminated: { exitCode: 0, signal: 15, startedAt: '@-1h', finishedAt: '@-1h' } },
      },
    ],
  },
};

const pendingPod: ApiPod = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'pending', namespace: 'other', uid: 'uid-pending', creationTimestamp: '@-800d1h' },
  spec: { containers: [{ name: 'main', image: 'a:1' }], schedulingGates: [{ name: 'gate' }] },
  status: { phase: 'Pending', conditions: [{ type: 'PodScheduled', status: 'False', reason: 'SchedulingGated' }] },
};

export const cannedPods: readonly ApiPod[] = [plainPod, richPod, deletingPod, failedPod, pendingPod];
