/** What kubectl of an older version prints too is compared with it in `test/kubectl`; here stands what it cannot show. */
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { ApiContainer, ApiEvent, ApiPod } from '../model/api-objects.ts';
import { describePod } from './describe-pod.ts';

const NOW = Date.parse('2026-08-01T12:00:00Z');

const pod: ApiPod = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'web', namespace: 'default', labels: { app: 'web' } },
  spec: { nodeName: 'box', containers: [{ name: 'main', image: 'web:1' }] },
  status: {
    phase: 'Running',
    hostIP: '10.0.0.1',
    podIP: '10.88.0.2',
    podIPs: [{ ip: '10.88.0.2' }],
    startTime: '2026-08-01T11:00:00Z',
    qosClass: 'BestEffort',
  },
};

const withContainer = (container: Partial<ApiContainer>): ApiPod => ({
  ...pod,
  spec: { ...pod.spec, containers: [{ name: 'main', image: 'web:1', ...container }] },
});

const event = (more: Partial<ApiEvent>): ApiEvent => ({
  apiVersion: 'v1',
  kind: 'Event',
  metadata: {},
  involvedObject: { kind: 'Pod', name: 'web' },
  type: 'Normal',
  reason: 'Started',
  source: { component: 'kubelet' },
  ...more,
});

/** The lines of the description that begin so, without what stands before them. */
const linesOf = (text: string, beginning: string): readonly string[] =>
  text
    .split('\n')
    .filter((line) => line.trimStart().startsWith(beginning))
    .map((line) => line.trim().replace(/ {2,}/g, '  '));

describe('describePod()', () => {
  let zone: string | undefined;
  before(() => {
    zone = process.env['TZ'];
    process.env['TZ'] = 'UTC';
  });
  after(() => {
    if (zone === undefined) delete process.env['TZ'];
    else process.env['TZ'] = zone;
  });

  it('prints a small Pod as kubectl does', () => {
    const lines = [
      'Name:         web',
      'Namespace:    default',
      'Node:         box/10.0.0.1',
      'Start Time:   Sat, 01 Aug 2026 11:00:00 +0000',
      'Labels:       app=web',
      'Annotations:  <none>',
      'Status:       Running',
      'IP:           10.88.0.2',
      'IPs:',
      '  IP:  10.88.0.2',
      'Containers:',
      '  main:',
      '    Image:        web:1',
      '    Port:         <none>',
      '    Host Port:    <none>',
      '    Environment:  <none>',
      '    Mounts:       <none>',
      'Volumes:          <none>',
      'QoS Class:        BestEffort',
      'Node-Selectors:   <none>',
      'Tolerations:      <none>',
      'Events:           <none>',
    ];
    equal(describePod(pod, [], NOW), `${lines.join('\n')}\n`);
  });

  it('ends before the events when none were asked for', () => {
    ok(describePod(pod, undefined, NOW).endsWith('Tolerations:      <none>\n'));
  });

  it('says how long it has been ending: an age of its deadline, which lies ahead at first', () => {
    const deleting = (deletionTimestamp: string): ApiPod => ({
      ...pod,
      metadata: { ...pod.metadata, deletionTimestamp, deletionGracePeriodSeconds: 30 },
    });
    const ahead = describePod(deleting('2026-08-01T12:00:20Z'), [], NOW);
    deepEqual(
      [...linesOf(ahead, 'Status:'), ...linesOf(ahead, 'Termination')],
      ['Status:  Terminating (lasts <invalid>)', 'Termination Grace Period:  30s'],
    );
    deepEqual(linesOf(describePod(deleting('2026-08-01T11:59:00Z'), [], NOW), 'Status:'), ['Status:  Terminating (lasts 60s)']);
    const over: ApiPod = { ...deleting('2026-08-01T11:59:00Z'), status: { phase: 'Failed', reason: 'Evicted', message: 'no room' } };
    const text = describePod(over, [], NOW);
    deepEqual(
      [...linesOf(text, 'Status:'), ...linesOf(text, 'Reason:'), ...linesOf(text, 'Message:')],
      ['Status:  Failed', 'Reason:  Evicted', 'Message:  no room'],
    );
    deepEqual(linesOf(text, 'Termination'), []);
  });

  it('shows neither hooks nor why a container waits, as kubectl', () => {
    const text = describePod(
      {
        ...withContainer({ lifecycle: { preStop: { exec: { command: ['drain'] } } } }),
        status: {
          containerStatuses: [
            {
              name: 'main',
              image: '',
              imageID: '',
              ready: false,
              restartCount: 0,
              state: { waiting: { reason: 'CrashLoopBackOff', message: 'secret words' } },
            },
          ],
        },
      },
      [],
      NOW,
    );
    ok(!text.includes('drain') && !text.includes('preStop') && !text.includes('secret words'));
    deepEqual(linesOf(text, 'Reason:'), ['Reason:  CrashLoopBackOff']);
  });

  it('computes the QoS class of a Pod that has none yet', () => {
    const resources = { limits: { cpu: '1', memory: '1Gi' }, requests: { cpu: '1', memory: '1Gi' } };
    deepEqual(linesOf(describePod({ ...withContainer({ resources }), status: {} }, [], NOW), 'QoS'), ['QoS Class:  Guaranteed']);
  });

  it('describes every kind of probe', () => {
    const timing = { initialDelaySeconds: 1, timeoutSeconds: 2, periodSeconds: 3, successThreshold: 4, failureThreshold: 5 };
    const text = describePod(
      withContainer({
        livenessProbe: { httpGet: { port: 8080, scheme: 'HTTP', path: '/healthz' }, ...timing },
        readinessProbe: { tcpSocket: { port: 'db', host: '10.0.0.9' }, ...timing },
        startupProbe: { grpc: { port: 9 }, ...timing },
      }),
      [],
      NOW,
    );
    const words = 'delay=1s timeout=2s period=3s #success=4 #failure=5';
    deepEqual(linesOf(text, 'Liveness:'), [`Liveness:  http-get http://:8080/healthz ${words}`]);
    deepEqual(linesOf(text, 'Readiness:'), [`Readiness:  tcp-socket 10.0.0.9:db ${words}`]);
    deepEqual(
      linesOf(text, 'Startup:').map((line) => line.replace(/ {2}delay/, '  delay')),
      [`Startup:  grpc <pod>:9  ${words}`],
    );
  });

  it('says of events which part of the Pod they are about, as kubectl since 1.35, oldest first', () => {
    const events = [
      event({
        reason: 'BackOff',
        type: 'Warning',
        message: 'Back-off\n',
        involvedObject: { fieldPath: 'spec.containers{main}' },
        firstTimestamp: '2026-08-01T11:59:20Z',
        lastTimestamp: '2026-08-01T11:59:51Z',
        count: 3,
      }),
      event({ message: 'Started container main', firstTimestamp: '2026-08-01T11:59:00Z', lastTimestamp: '2026-08-01T11:59:00Z', count: 1 }),
    ];
    deepEqual(describePod(pod, events, NOW).split('\n').slice(-6), [
      'Events:',
      '  Type     Reason   Age               From     Message',
      '  ----     ------   ----              ----     -------',
      '  Normal   Started  60s               kubelet  Started container main',
      '  Warning  BackOff  9s (x3 over 40s)  kubelet  spec.containers{main}: Back-off',
      '',
    ]);
  });

  it('lets nothing that a Pod says take the terminal over', () => {
    const text = describePod(
      { ...withContainer({ env: [{ name: 'A', value: '\u001b]0;mine\u0007' }] }), metadata: { name: '\u009b2J' } },
      [],
      NOW,
    );
    match(text, /A: +\^\[\]0;mine\^G/);
    ok(!/[\u001b\u0007\u009b]/.test(text));
  });

  it('cuts long annotations between characters, and hides what kubectl hides', () => {
    const annotations = { 'kubectl.kubernetes.io/last-applied-configuration': '{}', long: `x${'é'.repeat(100)}`, lines: 'a\nb\n' };
    const text = describePod({ ...pod, metadata: { name: 'web', annotations } }, [], NOW);
    deepEqual(
      text
        .slice(text.indexOf('Annotations'), text.indexOf('Status'))
        .split('\n')
        .map((line) => line.trim()),
      ['Annotations:  lines:', 'a', 'b', 'long:', `x${'é'.repeat(68)}...`, ''],
    );
  });

  it('describes what a server has not filled in yet', () => {
    ok(
      describePod({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'a' }, spec: { containers: [] } }, [], NOW).includes(
        'Containers: <none>\n',
      ),
    );
  });
});
