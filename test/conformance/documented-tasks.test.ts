/**
 * What the pages of the Kubernetes documentation's section "Configure Pods and Containers" let their readers see, on real
 * containers. The table of all pages stands in docs/conformance.md.
 */
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { readManifests } from '../../src/model/read-manifests.ts';
import { WHY } from '../../src/model/refusal-reasons.ts';
import { DocumentedPages } from './documented-pages.ts';
import { lines } from './pod-lines.ts';
import type { TestPod } from './test-pod.ts';

const MIB = 1024 * 1024;

/** Its container failed its liveness probe, was stopped for it and runs again. */
async function restartsForLiveness(pod: TestPod): Promise<void> {
  await pod.untilLine('started main#1');
  deepEqual(
    lines(pod, /^stopping main#0/).map((line) => line.split(' ')[2]),
    ['livenessFailed'],
  );
  const messages = pod.events().flatMap(({ reason, message }) => (reason === 'Unhealthy' ? [message] : []));
  ok(
    messages.some((message) => message.startsWith('Liveness probe failed: ')),
    messages.join('\n'),
  );
}

const secondsToReady = (pod: TestPod): number => pod.secondsTo((line) => line === 'ready main#0') ?? Number.NaN;

/** Pages of what is not in the design: what their Pods ask for, and the words that refuse it. */
const REFUSED: Readonly<Record<string, readonly [spec: string, field: string, why: string]>> = {
  'Pod-level resources': ['resources: {limits: {cpu: 1}}', 'spec.resources', WHY.podResources],
  'GMSA, RunAsUserName, HostProcess': [
    'securityContext: {windowsOptions: {hostProcess: true}}, hostNetwork: true',
    'spec.securityContext.windowsOptions',
    WHY.windows,
  ],
  'resized resources': [
    'containers: [{name: a, image: b, resizePolicy: [{resourceName: cpu, restartPolicy: NotRequired}]}]',
    'spec.containers[0].resizePolicy',
    WHY.resize,
  ],
  'extended resources': [
    'containers: [{name: a, image: b, resources: {limits: {example.com/dongle: 3}}}]',
    'spec.containers[0].resources.limits[example.com/dongle]',
    WHY.otherResources,
  ],
  'devices by claims': ['resourceClaims: [{name: gpu, resourceClaimTemplateName: gpus}]', 'spec.resourceClaims', WHY.devices],
  'a PersistentVolume': [
    'volumes: [{name: v, persistentVolumeClaim: {claimName: task-pv-claim}}]',
    'spec.volumes[0].persistentVolumeClaim',
    WHY.clusterStorage,
  ],
  'a projected token': [
    'volumes: [{name: v, projected: {sources: [{serviceAccountToken: {path: token, expirationSeconds: 7200}}]}}]',
    'spec.volumes[0].projected.sources[0].serviceAccountToken',
    WHY.tokens,
  ],
  'nodes by label': ['nodeSelector: {disktype: ssd}', 'spec.nodeSelector', WHY.scheduling],
  'nodes by affinity': [
    'affinity: {nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms: [{matchExpressions: [{key: disktype, operator: In, values: [ssd]}]}]}}}',
    'spec.affinity',
    WHY.scheduling,
  ],
  'a user namespace': ['hostUsers: false', 'spec.hostUsers', WHY.userNamespaces],
  'an image volume': [
    'volumes: [{name: v, image: {reference: "example.com/files:1", pullPolicy: IfNotPresent}}]',
    'spec.volumes[0].image',
    WHY.imageVolume,
  ],
  'a scheduling group': ['schedulingGroup: {podGroupName: workers}', 'spec.schedulingGroup', WHY.scheduling],
  'a hostname over all others': ['hostnameOverride: other', 'spec.hostnameOverride', WHY.hostnameOverride],
  'a RuntimeClass': ['runtimeClassName: sandboxed', 'spec.runtimeClassName', WHY.runtimeClass],
};

describe('what the documentation asks for and hooklet has not', () => {
  for (const [what, [spec, field, why]] of Object.entries(REFUSED)) {
    it(`${what}: is refused by name, with the reason`, () => {
      const containers = spec.startsWith('containers') ? '' : 'containers: [{name: a, image: b}], ';
      const text = `{apiVersion: v1, kind: Pod, metadata: {name: a}, spec: {${containers}${spec}}}`;
      const { errors, pods } = readManifests([{ name: 'pod.yaml', text }], { purpose: 'run' });
      deepEqual(pods, []);
      ok(
        errors.some(({ path, message }) => path === field && message.includes('not supported by hooklet run') && message.endsWith(why)),
        JSON.stringify(errors),
      );
    });
  }
});

describe('the documentation of tasks', () => {
  let pages: DocumentedPages;
  before(async () => {
    pages = await DocumentedPages.open('tasks');
  });
  after(() => pages.close());

  describe('its pages', { concurrency: 5 }, () => {
    it('Assign Memory Resources: a container inside its limit lives, one beyond it is OOMKilled and restarts', async () => {
      const [inside, beyond] = [pages.start('memory-inside'), pages.start('memory-beyond')];
      await beyond.untilLine('started main#1');
      const [first] = beyond.records.filter((record) => record.type === 'container.exited');
      deepEqual([first?.exitCode, first?.reason, first?.by], [137, 'OOMKilled', 'oom']);
      await inside.untilReady();
      const cgroup = pages.cgroupOf(inside);
      equal(cgroup.memoryLimit(), 48 * MIB);
      await inside.until('10 MiB of its own are in its memory', () => cgroup.memoryUsage() > 10 * MIB);
      equal(inside.container('main')?.restartCount, 0);
      inside.delete();
      beyond.delete();
    });

    it('Assign CPU Resources: what wants all gets its limit', async () => {
      const pod = pages.start('cpu-limited');
      await pod.untilReady();
      deepEqual(pages.cgroupOf(pod).cpuQuota(), { quota: 20_000, period: 100_000 });
      pod.delete();
    });

    it('Quality of Service: each Pod has its class', async () => {
      const names = ['qos-guaranteed', 'qos-burstable', 'qos-best-effort', 'qos-mixed'];
      const pods = names.map((name) => pages.start(name));
      for (const pod of pods) await pod.untilReady();
      deepEqual(
        pods.map(({ status }) => status.qosClass),
        ['Guaranteed', 'Burstable', 'BestEffort', 'Burstable'],
      );
      for (const pod of pods) pod.delete();
    });

    it('a Volume for Storage: what was written is there after the restart of the container', async () => {
      const pod = pages.start('volume-storage');
      equal(await pages.untilLog(pod, /written/, { restart: 1 }), 'written before the restart\n');
      pod.delete();
    });

    it('a Projected Volume: files of two Secrets in one directory', async () => {
      const pod = pages.start('projected-volume');
      equal(await pages.untilLog(pod, /username: ./), 'password: open-sesame\nusername: operator\n');
      pod.delete();
    });

    it('Security Context: user, groups and owner of files; capabilities; seccomp', async () => {
      const names = ['security-of-pod', 'security-of-container', 'security-capabilities', 'security-seccomp'];
      const [all, own, capable, filtered] = names.map((name) => pages.start(name)) as [TestPod, TestPod, TestPod, TestPod];
      const [user, group, groups, file] = (await pages.untilLog(all, /1000 2000/)).split('\n');
      deepEqual([user, group, file], ['1000', '3000', '1000 2000']);
      deepEqual(groups?.split(' ').sort(), ['2000', '3000', '4000']);
      equal(await pages.untilLog(own, /\d/), '2000\n');
      const [plain, more] = await Promise.all(['plain', 'more'].map((container) => pages.untilLog(capable, /CapPrm/, { container })));
      // CAP_NET_ADMIN is 12, CAP_SYS_TIME is 25.
      equal(rights(more) & ~rights(plain), (1n << 12n) | (1n << 25n));
      match(await pages.untilLog(filtered, /Seccomp/), /\t2\n/);
      for (const pod of [all, own, capable, filtered]) pod.delete();
    });

    it('Service Accounts: one is named, and no token of it is mounted', async () => {
      const pod = pages.start('service-account');
      const log = await pages.untilLog(pod, /No such file/);
      match(log, /^I am build-robot\n.*secrets: No such file or directory\n$/);
      pod.delete();
    });

    it('Pull an Image from a Private Registry: an image that is there needs no Secret', async () => {
      equal(await pages.logOfEnded(pages.start('private-image')), 'pulled\n');
    });

    it('Assign Pods to Nodes: a Pod that names a node runs on the only one', async () => {
      equal(await pages.logOfEnded(pages.start('by-node-name')), 'here\n');
    });

    it('Probes: a command, a request and a connection that fail restart their container', async () => {
      const [exec, http, tcp] = ['probe-exec', 'probe-http', 'probe-tcp'].map((name) => pages.start(name)) as [TestPod, TestPod, TestPod];
      await tcp.untilReady();
      ok(secondsToReady(tcp) >= 2, String(secondsToReady(tcp)));
      for (const pod of [exec, http, tcp]) await restartsForLiveness(pod);
      // It could be reached for a while, and then no more.
      ok(tcp.lines().lastIndexOf('unready main#0') > tcp.lines().indexOf('ready main#0'), tcp.lines().join('\n'));
      for (const pod of [exec, http, tcp]) pod.delete();
    });

    it('Probes: a gRPC server that answers SERVING is ready; gone, its container restarts', async () => {
      const pod = pages.start('probe-grpc');
      await pod.untilReady();
      await restartsForLiveness(pod);
      pod.delete();
    });

    it('Probes: a startup probe holds the others back, a readiness probe restarts nothing', async () => {
      const [slow, ready] = [pages.start('probe-startup'), pages.start('probe-readiness')];
      await slow.untilReady();
      ok(secondsToReady(slow) >= 3, String(secondsToReady(slow)));
      deepEqual(lines(slow, /^stopping/), []);
      await ready.untilReady();
      await ready.until('it is not Ready any more', (pod) => !pod.isTrue('Ready'));
      deepEqual([ready.container('main')?.restartCount, ready.container('main')?.state.running === undefined], [0, false]);
      slow.delete();
      ready.delete();
    });

    it('Probes: one with a grace of its own ends a container that would take an hour', async () => {
      const pod = pages.start('probe-grace');
      await restartsForLiveness(pod);
      deepEqual(lines(pod, /^stopping main#0/), ['stopping main#0 livenessFailed 1']);
      pod.delete(1);
    });

    it('Pod Initialization: the app serves what its init container made', async () => {
      const pod = pages.start('initialization');
      await pod.untilReady();
      const response = await fetch(`http://${pod.status.podIP}/`, { signal: AbortSignal.timeout(10_000) });
      equal(await response.text(), 'a page from before\n');
      pod.delete();
    });

    it('Handlers: postStart leaves a message, preStop ends the program before any signal', async () => {
      const pod = pages.start('lifecycle-handlers');
      await pod.untilReady();
      ok(pod.lines().includes('hook.finished main#0 postStart succeeded'));
      pod.delete();
      await pod.untilGone();
      ok(pod.lines().some((line) => line.startsWith('hook.started main#0 preStop')));
      ok(
        pod.lines().some((line) => line.startsWith('exited main#0 0 ')),
        pod.lines().join('\n'),
      );
      deepEqual(lines(pod, /^signal/), []);
    });

    it('ConfigMap: values as variables, all at once, in a command, as files, and optional', async () => {
      const names = ['variables', 'all-variables', 'command', 'volume', 'optional'];
      const logs = await Promise.all(names.map((name) => pages.logOfEnded(pages.start(`configmap-${name}`))));
      deepEqual(logs, [
        'very INFO\n',
        'SPECIAL_LEVEL=very\nSPECIAL_TYPE=charm\n',
        'very charm\n',
        'SPECIAL_LEVEL\nSPECIAL_TYPE\nspecial.how\nspecial.type\nvery\n',
        'variable: unset\n0\n',
      ]);
      const missing = pages.start('configmap-missing');
      await missing.until(
        'it waits for the ConfigMap',
        (pod) => pod.container('main')?.state.waiting?.reason === 'CreateContainerConfigError',
      );
      missing.delete();
    });

    it('Share Process Namespace: a shell sees, signals and reads the server beside it', async () => {
      const pod = pages.start('shared-processes');
      const log = await pages.untilLog(pod, /of the server/, { container: 'shell' });
      ok(!/process 1 is (sh|tail)/.test(log) && log.startsWith('process 1 is '), log);
      equal(await pages.untilLog(pod, /reloaded/, { container: 'server' }), 'reloaded\n');
      pod.delete();
    });

    it('Pod Security Standards: a Pod as "restricted" wants it runs so', async () => {
      const pod = pages.start('restricted');
      const log = await pages.untilLog(pod, /Seccomp/);
      deepEqual(log.trim().split('\n'), ['Uid:\t1000\t1000\t1000\t1000', 'CapBnd:\t0000000000000000', 'NoNewPrivs:\t1', 'Seccomp:\t2']);
      pod.delete();
    });
  });

  it('has no Pod here that no test starts', () => deepEqual(pages.notStarted(), []));
});

/** The bits after "CapPrm:". */
const rights = (line = ''): bigint => BigInt(`0x${line.trim().split('\t')[1]}`);
