/** What containers are configured from, seen from inside: volumes of every kind, the environment, /etc/hosts, last words. */
import { deepEqual, doesNotMatch, equal, match } from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { availableParallelism, hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { Hooklet } from './hooklet.ts';
import type { HookletRun } from './hooklet-run.ts';
import { container, documents, podText, untilTerm } from './pod-text.ts';

type Json = Readonly<Record<string, unknown>>;

const sh = (...lines: readonly string[]): readonly string[] => ['sh', '-c', lines.join('\n')];
const config = (name: string, data: Json, more: Json = {}): string =>
  JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data, ...more });
const secret = (name: string, stringData: Json): string =>
  JSON.stringify({ apiVersion: 'v1', kind: 'Secret', metadata: { name }, stringData });

const OBJECTS = [
  config('app', { level: 'debug', 'app.conf': 'line one\nline two\n' }, { binaryData: { raw: Buffer.from([0, 255]).toString('base64') } }),
  config('hosts', { hosts: '127.0.0.1 of-the-config\n' }),
  secret('login', { user: 'someone', password: 's3cret' }),
];

const from = (name: string, valueFrom: Json): Json => ({ name, valueFrom });

const environment = podText(
  'environment',
  [
    container('main', {
      command: sh('tr "\\0" "\\n" </proc/1/environ | grep -E "^(T_|CFG_|user=|password=)" | sort', untilTerm),
      args: [],
      envFrom: [
        { prefix: 'CFG_', configMapRef: { name: 'app' } },
        { secretRef: { name: 'login' } },
        { configMapRef: { name: 'none', optional: true } },
      ],
      env: [
        { name: 'T_PLAIN', value: 'plain' },
        { name: 'T_EXPANDED', value: '$(T_PLAIN) $(CFG_level) $$(T_PLAIN) $(T_LATER)' },
        { name: 'T_LATER', value: 'later' },
        { name: 'user', value: 'over $(user)' },
        from('T_CONFIG', { configMapKeyRef: { name: 'app', key: 'level' } }),
        from('T_SECRET', { secretKeyRef: { name: 'login', key: 'password' } }),
        from('T_NONE', { secretKeyRef: { name: 'login', key: 'none', optional: true } }),
        from('T_NAME', { fieldRef: { fieldPath: 'metadata.name' } }),
        from('T_NAMESPACE', { fieldRef: { fieldPath: 'metadata.namespace' } }),
        from('T_UID', { fieldRef: { fieldPath: 'metadata.uid' } }),
        from('T_NODE', { fieldRef: { fieldPath: 'spec.nodeName' } }),
        from('T_ACCOUNT', { fieldRef: { fieldPath: 'spec.serviceAccountName' } }),
        from('T_IP', { fieldRef: { fieldPath: 'status.podIP' } }),
        from('T_HOST', { fieldRef: { fieldPath: 'status.hostIP' } }),
        from('T_CPUS', { resourceFieldRef: { resource: 'limits.cpu' } }),
        from('T_MEMORY', { resourceFieldRef: { resource: 'limits.memory', divisor: '1Mi' } }),
      ],
      resources: { limits: { memory: '48Mi' } },
    }),
  ],
  {},
);

const envFile = podText(
  'envfile',
  [
    container('main', {
      command: sh('echo "got $FROM_FILE"', untilTerm),
      env: [from('FROM_FILE', { fileKeyRef: { volumeName: 'v', path: 'app.env', key: 'A' } })],
    }),
  ],
  {
    initContainers: [
      container('write', { command: sh(`echo "A='said by init'" >/v/app.env`), volumeMounts: [{ name: 'v', mountPath: '/v' }] }),
    ],
    volumes: [{ name: 'v', emptyDir: {} }],
  },
);

/** Says what it finds, one line each, then waits. */
const volumes = (hostDirectory: string): string =>
  podText(
    'volumes',
    [
      container('main', {
        command: sh(
          'echo "config: $(cat /config/level) $(stat -Lc %a /config/level) $(wc -c </config/raw)"',
          'echo "items: $(ls /items) $(stat -Lc %a /items/deep/it)"',
          'echo "secret: $(cat /secret/password) $(stat -Lc %a /secret/password) $(stat -fc %T /secret)"',
          'touch /config/x 2>/dev/null || touch /secret/x 2>/dev/null || echo "nobody writes there"',
          'echo "down: $(cat /down/labels) $(cat /down/cpus)"',
          'echo "all: $(ls /all | tr "\\n" " ")$(cat /all/name)"',
          'echo "memory: $(stat -fc %T /memory) $(stat -c %a /memory) $(dd if=/dev/zero of=/memory/big bs=1M count=2 2>&1 | grep -c "No space")"',
          'echo "optional: $(ls /optional | wc -l)"',
          'echo "file: $(cat /one/level)"',
          'echo given >/parts/file; echo "parts: $(cat /whole/volumes/deep/file)"',
          'touch /readonly/x 2>/dev/null || echo "read-only part"',
          'echo from inside >/host/made; echo "host: $(cat /host/made)"',
          untilTerm,
        ),
        env: [from('POD_NAME', { fieldRef: { fieldPath: 'metadata.name' } })],
        volumeMounts: [
          { name: 'config', mountPath: '/config' },
          { name: 'items', mountPath: '/items' },
          { name: 'secret', mountPath: '/secret' },
          { name: 'down', mountPath: '/down' },
          { name: 'all', mountPath: '/all' },
          { name: 'memory', mountPath: '/memory' },
          { name: 'optional', mountPath: '/optional' },
          { name: 'config', mountPath: '/one/level', subPath: 'level' },
          { name: 'data', mountPath: '/parts', subPathExpr: '$(POD_NAME)/deep' },
          { name: 'data', mountPath: '/whole' },
          { name: 'data', mountPath: '/readonly', subPath: 'other', readOnly: true },
          { name: 'host', mountPath: '/host' },
        ],
      }),
    ],
    {
      volumes: [
        { name: 'config', configMap: { name: 'app' } },
        { name: 'items', configMap: { name: 'app', items: [{ key: 'app.conf', path: 'deep/it', mode: 0o600 }] } },
        { name: 'secret', secret: { secretName: 'login', defaultMode: 0o400 } },
        {
          name: 'down',
          downwardAPI: {
            items: [
              { path: 'labels', fieldRef: { fieldPath: 'metadata.labels' } },
              { path: 'cpus', resourceFieldRef: { containerName: 'main', resource: 'limits.cpu' } },
            ],
          },
        },
        {
          name: 'all',
          projected: {
            sources: [
              { configMap: { name: 'app', items: [{ key: 'level', path: 'level' }] } },
              { secret: { name: 'login', items: [{ key: 'user', path: 'user' }] } },
              { downwardAPI: { items: [{ path: 'name', fieldRef: { fieldPath: 'metadata.name' } }] } },
            ],
          },
        },
        { name: 'memory', emptyDir: { medium: 'Memory', sizeLimit: '1Mi' } },
        { name: 'optional', secret: { secretName: 'none', optional: true } },
        { name: 'data', emptyDir: {} },
        { name: 'host', hostPath: { path: join(hostDirectory, 'made for it'), type: 'DirectoryOrCreate' } },
      ],
    },
  ).replace('{"name":"volumes"}', '{"name":"volumes","labels":{"zone":"a","app":"x"}}');

const hosts = podText(
  'hosts',
  [
    container('main', { command: sh('cat /etc/hosts', 'echo "10.9.9.9 added" >>/etc/hosts && echo "may be written"', untilTerm) }),
    container('own', {
      command: sh('cat /etc/hosts', untilTerm),
      volumeMounts: [{ name: 'own', mountPath: '/etc/hosts', subPath: 'hosts' }],
    }),
  ],
  { hostAliases: [{ ip: '192.0.2.7', hostnames: ['db', 'db.example'] }], volumes: [{ name: 'own', configMap: { name: 'hosts' } }] },
);
const onNode = podText('onnode', [container('main', { command: sh('cat /etc/hosts', 'echo "the end"', untilTerm) })], {
  hostNetwork: true,
});

/** Each ends at once, and leaves its last words in another way. */
const words = podText(
  'words',
  [
    container('file', { command: sh('echo -n "by file" >/dev/termination-log; exit 3') }),
    container('own-path', { command: sh('echo -n "elsewhere" >/tmp/last; exit 0'), terminationMessagePath: '/tmp/last' }),
    container('log', { command: sh('echo "out"; echo "err" >&2; exit 4'), terminationMessagePolicy: 'FallbackToLogsOnError' }),
    container('log-unused', {
      command: sh('echo out; echo -n "both" >/dev/termination-log; exit 7'),
      terminationMessagePolicy: 'FallbackToLogsOnError',
    }),
    container('log-fine', { command: sh('echo "out"; exit 0'), terminationMessagePolicy: 'FallbackToLogsOnError' }),
    container('silent', { command: sh('echo "out"; exit 5') }),
    container('long', { command: sh('yes "0123456789abcde" | head -n 500 >/dev/termination-log; exit 6') }),
  ],
  { restartPolicy: 'Never' },
);

const waits = podText('waits', [container('main', { volumeMounts: [{ name: 'v', mountPath: '/v' }] })], {
  volumes: [{ name: 'v', configMap: { name: 'nowhere' } }],
});
const unset = podText('unset', [container('main', { env: [from('A', { configMapKeyRef: { name: 'app', key: 'none' } })] })]);
const wrongPath = podText('wrongpath', [container('main', { volumeMounts: [{ name: 'v', mountPath: '/v' }] })], {
  volumes: [{ name: 'v', hostPath: { path: '/etc', type: 'File' } }],
});

describe('what containers are configured from', () => {
  let hooklet: Hooklet;
  let run: HookletRun;
  let outside: string;

  before(async () => {
    hooklet = await Hooklet.open();
    outside = await mkdtemp(join(tmpdir(), 'hooklet-e2e-outside-'));
    const objects = await hooklet.file('objects.yaml', documents(...OBJECTS));
    const pods = [environment, envFile, volumes(outside), hosts, onNode, words, waits, unset, wrongPath];
    run = hooklet.runInput(documents(...pods), objects);
  });
  after(async () => {
    await hooklet.close();
    await rm(outside, { recursive: true, force: true });
  });

  const log = (pod: string, of = 'main') => run.all('log', { pod, container: of }).map(({ text }) => text);
  const untilLog = (pod: string, text: string) =>
    run.until((record) => record.type === 'log' && record.pod === `default/${pod}` && record.text === text);
  const untilEvent = async (pod: string, reason: string): Promise<string> => {
    const record = await run.until((each) => each.type === 'event' && each.pod === `default/${pod}` && each.reason === reason);
    return record.type === 'event' ? record.message : '';
  };

  it('env and envFrom: every source, in the documented order', async () => {
    await untilLog('environment', 'user=over someone');
    const { uid, ip = '' } = await run.untilOne('sandbox.ready', { pod: 'environment' });
    const found = log('environment').filter((line) => !line.startsWith('T_HOST='));
    deepEqual(found, [
      'CFG_app.conf=line one', // and its second line, which no grep finds
      'CFG_level=debug',
      'T_ACCOUNT=default',
      'T_CONFIG=debug',
      `T_CPUS=${availableParallelism()}`,
      'T_EXPANDED=plain debug $(T_PLAIN) $(T_LATER)',
      `T_IP=${ip}`,
      'T_LATER=later',
      'T_MEMORY=48',
      'T_NAME=environment',
      'T_NAMESPACE=default',
      `T_NODE=${hostname().toLowerCase()}`,
      'T_PLAIN=plain',
      'T_SECRET=s3cret',
      `T_UID=${uid}`,
      'password=s3cret',
      'user=over someone',
    ]);
    match(log('environment').find((line) => line.startsWith('T_HOST=')) ?? '', /^T_HOST=\d+\.\d+\.\d+\.\d+$/);
  });

  it('fileKeyRef: a variable from what an init container wrote', async () => {
    await untilLog('envfile', 'got said by init');
  });

  it('volumes: every kind, with modes, items, parts, and nobody writes where the agent does', async () => {
    await untilLog('volumes', 'host: from inside');
    deepEqual(log('volumes'), [
      'config: debug 644 2',
      'items: deep 600',
      'secret: s3cret 400 tmpfs',
      'nobody writes there',
      'down: app="x"',
      `zone="a" ${availableParallelism()}`,
      'all: level name user volumes',
      'memory: tmpfs 777 1',
      'optional: 0',
      'file: debug',
      'parts: given',
      'read-only part',
      'host: from inside',
    ]);
  });

  it('/etc/hosts: the Pod’s own, that the container may write; a container’s own; the node’s', async () => {
    await untilLog('hosts', 'may be written');
    const { ip = '' } = await run.untilOne('sandbox.ready', { pod: 'hosts' });
    deepEqual(log('hosts').slice(0, -1), [
      '# Kubernetes-managed hosts file.',
      '127.0.0.1\tlocalhost',
      '::1\tlocalhost ip6-localhost ip6-loopback',
      'fe00::0\tip6-localnet',
      'fe00::0\tip6-mcastprefix',
      'fe00::1\tip6-allnodes',
      'fe00::2\tip6-allrouters',
      `${ip}\thosts`,
      '',
      '# Entries added by HostAliases.',
      '192.0.2.7\tdb\tdb.example',
    ]);
    await untilLog('hosts', '127.0.0.1 of-the-config');
    deepEqual(log('hosts', 'own'), ['127.0.0.1 of-the-config']);
    await untilLog('onnode', 'the end');
    const ofNode = (await readFile('/etc/hosts', 'utf8')).replace(/\n$/, '').split('\n');
    deepEqual(log('onnode'), ['# Kubernetes-managed hosts file (host network).', ...ofNode, 'the end']);
  });

  it('termination messages: from the file, from the log when asked for and failed, bounded by their share of the Pod', async () => {
    for (const name of ['file', 'own-path', 'log', 'log-unused', 'log-fine', 'silent', 'long'])
      await run.untilOne('container.exited', { pod: 'words', container: name });
    const said = (name: string) =>
      run.all('container.exited', { pod: 'words', container: name }).map(({ exitCode, message = '' }) => [exitCode, message]);
    deepEqual(said('file'), [[3, 'by file']]);
    deepEqual(said('own-path'), [[0, 'elsewhere']]);
    const [[code, message] = []] = said('log');
    deepEqual([code, String(message).split('\n').sort()], [4, ['', 'err', 'out']]);
    deepEqual([said('log-unused'), said('log-fine'), said('silent')], [[[7, 'both']], [[0, '']], [[5, '']]]);
    const [[, long] = []] = said('long');
    // Of 12 KiB, for seven containers; the file has 4096 bytes of it.
    equal(String(long).length, 1755);
  });

  it('a missing object: the Pod waits with FailedMount, a container with CreateContainerConfigError', async () => {
    equal(await untilEvent('waits', 'FailedMount'), 'MountVolume.SetUp failed for volume "v" : configmap "nowhere" not found');
    const { reason, message } = await run.untilOne('container.failed', { pod: 'unset' });
    deepEqual([reason, message], ['CreateContainerConfigError', "couldn't find key none in ConfigMap default/app"]);
    equal(await untilEvent('unset', 'Failed'), "Error: couldn't find key none in ConfigMap default/app");
    match(
      await untilEvent('wrongpath', 'FailedMount'),
      /^MountVolume\.SetUp failed for volume "v" : hostPath type check failed: \/etc is not a file/,
    );
    deepEqual([run.all('sandbox.ready', { pod: 'waits' }), run.all('container.created', { pod: 'unset' })], [[], []]);
  });

  it('afterwards nothing is mounted any more, and nothing of the Pods is left', async () => {
    const { podsDir } = await hooklet.paths();
    match(readFileSync('/proc/self/mountinfo', 'utf8'), new RegExp(`${podsDir}/.* - tmpfs`));
    run.signal('SIGINT');
    await run.ended();
    doesNotMatch(readFileSync('/proc/self/mountinfo', 'utf8'), new RegExp(hooklet.stateDir));
    // A hostPath is the host's, made for the Pod or not.
    equal(await readFile(join(outside, 'made for it', 'made'), 'utf8'), 'from inside\n');
  });

  it('what a killed agent left mounted, reset takes away', async () => {
    const second = hooklet.runInput(documents(volumes(outside)), await hooklet.file('objects.yaml', documents(...OBJECTS)));
    await second.untilOne('container.ready', { pod: 'volumes' });
    await second.kill();
    match(readFileSync('/proc/self/mountinfo', 'utf8'), new RegExp(hooklet.stateDir));
    const { code, stderr } = await hooklet.command('reset', '--yes');
    equal(code, 0, stderr);
    doesNotMatch(readFileSync('/proc/self/mountinfo', 'utf8'), new RegExp(hooklet.stateDir));
  });
});
