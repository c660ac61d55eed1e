/** What the user got wrong: exit 2, a message that says where, and nothing started. */
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { Hooklet } from './hooklet.ts';
import { leftOnHost } from './left-on-host.ts';
import { baseImage, container, exec, podText } from './pod-text.ts';

/** As a user writes it: the line of each field is known. */
const pod = (more: readonly string[] = [], name = 'demo'): string =>
  [
    'apiVersion: v1',
    'kind: Pod',
    'metadata:',
    `  name: ${name}`,
    'spec:',
    '  containers:',
    '    - name: main',
    `      image: ${baseImage}`,
    ...more,
    '',
  ].join('\n');

const aliases = (): string => {
  const levels = Array.from(
    { length: 7 },
    (_, level) =>
      `l${level}: &l${level} [${Array(10)
        .fill(level === 0 ? 'x' : `*l${level - 1}`)
        .join(', ')}]`,
  );
  return `${levels.join('\n')}\n${pod()}`;
};

interface BadInput {
  readonly text: string | Uint8Array;
  readonly says: readonly RegExp[];
}

const BAD: Readonly<Record<string, BadInput>> = {
  'broken YAML': { text: `${pod()}  - a: [\n`, says: [/bad\.yaml:\d+: /] },
  'a tab as indentation': { text: pod(['\tcommand: [sh]']), says: [/bad\.yaml:9: /] },
  'a million values by aliases': { text: aliases(), says: [/bad\.yaml:\d+: .*alias/] },
  '50 MB': { text: Buffer.alloc(50 * 1024 * 1024, '# filler\n'), says: [/bad\.yaml.*\d+ bytes.*split/] },
  'no text at all': { text: Buffer.from([0xff, 0xfe, 0x00, 0x01]), says: [/bad\.yaml: .*UTF-8/] },
  'another kind': {
    text: pod().replace('kind: Pod', 'kind: Service'),
    says: [/bad\.yaml:2: kind: kind "Service" is not supported by hooklet run: give Pods, ConfigMaps, Secrets, or a Deployment/],
  },
  'a workload without a Pod template': {
    text: pod().replace('kind: Pod', 'kind: Deployment').replace('apiVersion: v1', 'apiVersion: apps/v1'),
    says: [/bad\.yaml:\d+: spec\.template: Required value: the Pod template is what is run/],
  },
  'a string where a number belongs': {
    text: pod(['  terminationGracePeriodSeconds: soon']),
    says: [/bad\.yaml:9: spec\.terminationGracePeriodSeconds: .*"soon"/],
  },
  'a string where a list belongs': { text: pod(['      command: sh']), says: [/bad\.yaml:9: spec\.containers\[0\]\.command: /] },
  'two handlers in one hook': {
    text: pod(['      lifecycle:', '        preStop:', '          exec:', '            command: [sh]', '          sleep: {seconds: 1}']),
    says: [/bad\.yaml:13: spec\.containers\[0\]\.lifecycle\.preStop\.sleep: Forbidden: may not specify more than 1 handler type/],
  },
  'a hook without a handler': {
    text: pod(['      lifecycle:', '        postStart: {}']),
    says: [/bad\.yaml:10: spec\.containers\[0\]\.lifecycle\.postStart: Required value: must specify a handler type/],
  },
  'two containers of one name': {
    text: pod(['    - name: main', `      image: ${baseImage}`]),
    says: [/bad\.yaml:9: spec\.containers\[1\]\.name: Duplicate value: "main"/],
  },
  'two Pods of one name': { text: `${pod()}---\n${pod()}`, says: [/bad\.yaml:13: metadata\.name: Duplicate value: "default\/demo"/] },
  'a Pod name that is a path': {
    text: pod([], '../../../etc/cron.d/x'),
    says: [/bad\.yaml:4: metadata\.name: Invalid value: "\.\.\/\.\.\/\.\.\/etc\/cron\.d\/x"/],
  },
  'a container name that is a path': {
    text: pod().replace('name: main', 'name: ../x'),
    says: [/bad\.yaml:7: spec\.containers\[0\]\.name: Invalid value: "\.\.\/x"/],
  },
  'a namespace and a uid that are paths': {
    text: pod().replace('  name: demo', '  name: demo\n  namespace: ../x\n  uid: ../../y'),
    says: [/bad\.yaml:5: metadata\.namespace: Invalid value/, /bad\.yaml:6: metadata\.uid: Invalid value/],
  },
  'a volume name that is a path': {
    text: pod(['  volumes:', '    - name: ../v', '      emptyDir: {}']),
    says: [/bad\.yaml:10: spec\.volumes\[0\]\.name: Invalid value: "\.\.\/v"/],
  },
  'what run cannot do': {
    text: pod(['  runtimeClassName: gvisor', '  nodeSelector: {disk: ssd}']),
    says: [
      /bad\.yaml:9: spec\.runtimeClassName: not supported by hooklet run: RuntimeClasses are not part of hooklet/,
      /bad\.yaml:10: spec\.nodeSelector: not supported by hooklet run: there is one node, and scheduling/,
    ],
  },
  'no Pod at all': { text: '# nothing here\n---\n', says: [/bad\.yaml: no Pod found/] },
};

describe('hooklet run, given bad input', () => {
  let hooklet: Hooklet;
  before(async () => {
    hooklet = await Hooklet.open({ withStateDir: false });
  });
  after(async () => hooklet.close());

  const isRefused = async (args: readonly string[], says: readonly RegExp[]) => {
    const { code, stdout, stderr } = await hooklet.command('run', ...args);
    for (const pattern of says) match(stderr, pattern);
    deepEqual([code, stdout], [2, '']);
    ok(stderr.length < 20_000, `${stderr.length} characters of complaint`);
    ok(!existsSync(hooklet.stateDir), 'a state directory was made');
    deepEqual(await leftOnHost(await hooklet.paths()), []);
  };

  for (const [what, { text, says }] of Object.entries(BAD)) {
    it(`refuses ${what}`, async () => isRefused([await hooklet.file('bad.yaml', text)], says));
  }

  it('refuses a missing file, a directory, and a good file beside a bad one', async () => {
    const good = await hooklet.file('good.yaml', pod());
    await isRefused(['/no/such/pod.yaml'], [/no file "\/no\/such\/pod\.yaml"/]);
    await isRefused(['/tmp'], [/"\/tmp" is a directory/]);
    await isRefused(
      [good, await hooklet.file('bad.yaml', pod(['  restartPolicy: Sometimes']))],
      [/bad\.yaml:9: spec\.restartPolicy: .*"Sometimes"/],
    );
  });

  it('refuses two Pods that want one port of the host', async () => {
    const ports = [{ containerPort: 80, hostPort: 18_080 }];
    const two = ['one', 'two'].map((name) => podText(name, [container('main', { ports })]));
    await isRefused(
      [await hooklet.file('ports.yaml', two.join('\n---\n'))],
      [/Pods default\/one and default\/two both want port 18080\/TCP/],
    );
  });

  it('refuses a Pod that would see the state directory or the sockets, by whatever name', async () => {
    const volumes = [dirname(hooklet.stateDir), '/var/run/hooklet'].map((path, index) => ({ name: `v${index}`, hostPath: { path } }));
    await isRefused(
      [await hooklet.file('sees.yaml', podText('sees', [container('main')], { volumes }))],
      [/spec\.volumes\[0\]\.hostPath\.path: .* holds hooklet's state directory/, /volumes\[1\].* is hooklet's directory of sockets/],
    );
  });

  it('warns of unknown fields by their paths, and runs all the same', async () => {
    const main = { ...container('main', { lifecycle: { postStart: exec('true'), preStopp: exec('true') } }), imagePulPolicy: 'Never' };
    const run = hooklet.runInput(podText('unknown', [main], { tolerance: [] }), '--for', '1s');
    equal(await run.ended(), 0, run.stderr);
    for (const path of ['spec.containers[0].imagePulPolicy', 'spec.containers[0].lifecycle.preStopp', 'spec.tolerance']) {
      ok(run.stderr.includes(`stdin:1: ${path}: `), `${path} is not warned about: ${run.stderr}`);
    }
    match(run.stderr, /warning: .*imagePullPolicy/);
    deepEqual(
      run.all('hook.finished').map(({ hook, outcome }) => [hook, outcome]),
      [['postStart', 'succeeded']],
    );
  });
});
