/** Fields of a Pod that no other test on real containers looks at: modes of files, mounts that come later, ports of one address. */
import { deepEqual, equal, match, ok, rejects } from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, readlink, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { readManifests } from '../../src/model/read-manifests.ts';
import { nodeAddress } from '../../src/network/node-address.ts';
import { freePort } from '../e2e/free-port.ts';
import { ConformanceNode } from './conformance-node.ts';
import { HookReceiver } from './hook-receiver.ts';
import { containerYaml, podYaml } from './pod-yaml.ts';
import type { TestPod } from './test-pod.ts';

const run = promisify(execFile);

const OBJECTS = `
apiVersion: v1
kind: ConfigMap
metadata: {name: settings}
data: {colour: green, size: "3"}
---
apiVersion: v1
kind: Secret
metadata: {name: login}
stringData: {user: someone, password: secret}
---
${podYaml('unused', { containers: [containerYaml('main')] })}`;

describe('the fields of a Pod', { concurrency: 4 }, () => {
  let node: ConformanceNode;
  let outside: string;
  before(async () => {
    outside = await mkdtemp(join(tmpdir(), 'hooklet-fields-'));
    const { objects } = readManifests([{ name: 'objects', text: OBJECTS }], { purpose: 'run' });
    node = await ConformanceNode.open(undefined, objects);
  });
  after(async () => {
    await node.close();
    // All that a test has mounted there, the last first.
    for (let mounted = true; mounted; ) mounted = await unmounted(outside);
    await rm(outside, { recursive: true, force: true });
  });

  /** What a container said with its last words. */
  const said = async (name: string, script: string, more: readonly string[], mounts = ''): Promise<string> => {
    const main = containerYaml('main', { run: `{ ${script}; } >/dev/termination-log 2>&1`, more: mounts });
    const pod = node.create(podYaml(name, { restartPolicy: 'Never', containers: [main], more }));
    await pod.until('it has ended', ({ status }) => status.phase === 'Succeeded' || status.phase === 'Failed');
    return pod.container('main')?.state.terminated?.message ?? '';
  };

  it('items, modes and optional sources of volumes: the mode of a file, else that of the volume', async () => {
    const volumes = [
      '{name: config, configMap: {name: settings, defaultMode: 0440, items: [{key: colour, path: colour}, {key: size, path: size, mode: 0600}]}}',
      '{name: secret, secret: {secretName: login, items: [{key: user, path: deep/user, mode: 0400}]}}',
      '{name: down, downwardAPI: {defaultMode: 0444, items: [{path: name, fieldRef: {fieldPath: metadata.name}}, {path: cpu, mode: 0640, resourceFieldRef: {containerName: main, resource: requests.cpu}}]}}',
      '{name: all, projected: {defaultMode: 0404, sources: [{configMap: {name: settings, items: [{key: size, path: size, mode: 0604}]}}, {secret: {name: login, items: [{key: password, path: password}]}}, {configMap: {name: none, optional: true}}, {secret: {name: none, optional: true}}, {downwardAPI: {items: [{path: label, fieldRef: {apiVersion: v1, fieldPath: metadata.namespace}}]}}]}}',
    ];
    const mounts = ['config', 'secret', 'down', 'all'].map((name) => `{name: ${name}, mountPath: /${name}, readOnly: true}`);
    const files = 'for file in config/* secret/*/* down/* all/*; do echo "$file $(stat -Lc %a $file)"; done';
    const words = await said(
      'modes',
      `cd /; ${files}`,
      ['volumes:', ...volumes.map((volume) => `- ${volume}`)],
      `volumeMounts: [${mounts.join(', ')}]`,
    );
    deepEqual(words.trim().split('\n'), [
      'config/colour 440',
      'config/size 600',
      'secret/deep/user 400',
      'down/cpu 640',
      'down/name 444',
      'all/label 404',
      'all/password 404',
      'all/size 604',
    ]);
  });

  it('envFrom and env: a prefix, and what is optional and missing is left out', async () => {
    const env = [
      'envFrom: [{prefix: P_, configMapRef: {name: settings}}, {prefix: S_, secretRef: {name: login}}, {secretRef: {name: none, optional: true}}]',
      'env: [{name: X_FILE, valueFrom: {fileKeyRef: {volumeName: data, path: no.env, key: A, optional: true}}}, {name: X_SET, value: "1"}]',
      'volumeMounts: [{name: data, mountPath: /data}]',
    ];
    const words = await said('optional', 'env | grep -E ^[PSX]_ | sort', ['volumes: [{name: data, emptyDir: {}}]'], env.join(', '));
    deepEqual(words.trim().split('\n'), ['P_colour=green', 'P_size=3', 'S_password=secret', 'S_user=someone', 'X_SET=1']);
  });

  it('hostUsers true: root of the container is root of the node', async () => {
    const words = await said('users', 'readlink /proc/self/ns/user', ['hostUsers: true']);
    equal(words.trim(), await readlink('/proc/self/ns/user'));
  });

  it('readOnly and recursiveReadOnly Disabled: nothing is written', async () => {
    const words = await said(
      'readonly',
      'touch /data/x || echo refused',
      ['volumes: [{name: data, emptyDir: {}}]'],
      'volumeMounts: [{name: data, mountPath: /data, readOnly: true, recursiveReadOnly: Disabled}]',
    );
    match(words, /Read-only file system\nrefused/);
  });

  it('hostPort and hostIP: a port of that address alone, and by its protocol', async () => {
    const port = await freePort();
    const served = containerYaml('main', {
      run: 'httpd -f -p 8080 -h /etc',
      more: `ports: [{name: web, containerPort: 8080, protocol: TCP, hostPort: ${port}, hostIP: 127.0.0.1}]`,
    });
    const pod = node.create(podYaml('one-address', { grace: 1, containers: [served] }));
    await pod.untilReady();
    const from = (host: string): Promise<Response> => fetch(`http://${host}:${port}/hosts`, { signal: AbortSignal.timeout(3000) });
    equal((await from('127.0.0.1')).status, 200);
    await rejects(from(await nodeAddress()));
    pod.delete();
  });

  it('tcpSocket host: a probe asks the host that it names', async () => {
    const receiver = await HookReceiver.open();
    try {
      const asks = (name: string, port: number): string =>
        containerYaml(name, { more: `readinessProbe: {periodSeconds: 1, tcpSocket: {host: "${receiver.host}", port: ${port}}}` });
      const pod = node.create(podYaml('other-host', { containers: [asks('open', receiver.httpPort), asks('closed', await freePort())] }));
      await pod.untilLine('ready open#0');
      await pod.until('the other one was asked too', ({ records }) =>
        records.some((record) => record.type === 'probe.failed' && record.container === 'closed'),
      );
      deepEqual([pod.container('open')?.ready, pod.container('closed')?.ready], [true, false]);
      pod.delete();
    } finally {
      await receiver.close();
    }
  });

  it('runAsNonRoot of a container: comes before what its Pod says', async () => {
    const containers = [
      containerYaml('root', { more: 'securityContext: {runAsNonRoot: true}' }),
      containerYaml('other', { more: 'securityContext: {runAsNonRoot: true, runAsUser: 7}' }),
    ];
    const pod = node.create(podYaml('non-root', { containers, more: ['securityContext: {runAsNonRoot: false}'] }));
    await pod.untilLine('ready other#0');
    const refused = (one: TestPod): boolean => one.container('root')?.state.waiting?.reason === 'CreateContainerConfigError';
    await pod.until('root may not run', refused);
    pod.delete();
  });

  it('mountPropagation: HostToContainer sees what is mounted later, None does not, Bidirectional shows its own', async () => {
    const shared = join(outside, 'shared');
    await mkdir(shared);
    await run('mount', ['-t', 'tmpfs', 'hooklet-test', shared]);
    await run('mount', ['--make-shared', shared]);
    await mkdir(join(shared, 'later'));
    await mkdir(join(shared, 'inner'));
    const looks = 'trap "exit 0" TERM; until test -f /v/go; do sleep 0.1; done; cat /v/later/file 2>/dev/null; sleep 1000 & wait';
    const mounts = (how: string): string => `volumeMounts: [{name: v, mountPath: /v, mountPropagation: ${how}}]`;
    const containers = [
      containerYaml('sees', { run: looks, more: mounts('HostToContainer') }),
      containerYaml('blind', { run: looks, more: mounts('None') }),
      containerYaml('shows', {
        run: 'trap "exit 0" TERM; mount -t tmpfs inner /v/inner && echo mine >/v/inner/file; sleep 1000 & wait',
        more: `securityContext: {privileged: true}, ${mounts('Bidirectional')}`,
      }),
    ];
    const pod = node.create(podYaml('propagation', { containers, more: [`volumes: [{name: v, hostPath: {path: ${shared}}}]`] }));
    await pod.untilReady();
    await run('mount', ['-t', 'tmpfs', 'hooklet-test', join(shared, 'later')]);
    await writeFile(join(shared, 'later/file'), 'mounted later\n');
    await writeFile(join(shared, 'go'), '');
    const log = (container: string): Promise<string> =>
      readFile(join(node.node.paths.logsDir, pod.pod.metadata.uid, container, '0.log'), 'utf8');
    await seen('mounted later', () => log('sees'));
    await seen('mine', () => readFile(join(shared, 'inner/file'), 'utf8').catch(() => ''));
    ok(!(await log('blind')).includes('mounted later'));
    pod.delete();
    await pod.untilGone();
  });
});

/** Waits for the words. */
async function seen(words: string, look: () => Promise<string>): Promise<void> {
  const late = AbortSignal.timeout(30_000);
  while (!(await look()).includes(words)) {
    late.throwIfAborted();
    await delay(100);
  }
}

/** Whether something was still mounted at or below the directory. */
async function unmounted(directory: string): Promise<boolean> {
  const points = (await readFile('/proc/self/mountinfo', 'utf8')).split('\n').flatMap((line) => line.split(' ')[4] ?? []);
  const last = points.filter((point) => point.startsWith(directory)).at(-1);
  if (last === undefined) return false;
  await run('umount', [last]);
  return true;
}
