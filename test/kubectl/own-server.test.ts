/** The built-in client, and the kubectl of this machine, on hooklet's own API: both see and change the same objects. */
import { deepEqual, equal, match } from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { type ServedApi, serveApi } from '../apiserver/serve-api.ts';
import { runClientCommand } from './client-run.ts';
import { type Kubectl, openKubectl, type Ran } from './kubectl.ts';
import { asKubectl, withoutPointers } from './kubectl-differences.ts';

process.env['TZ'] = 'UTC';

const manifest = (image: string): string => `apiVersion: v1
kind: Pod
metadata: {name: web, labels: {app: web}}
spec:
  containers:
  - name: main
    image: ${image}
    ports: [{name: http, containerPort: 80}]
    lifecycle: {preStop: {exec: {command: [drain]}}}
  initContainers:
  - {name: proxy, image: proxy:1, restartPolicy: Always}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: settings}
data: {level: debug}
`;

const program = fileURLToPath(new URL('../../bin/hooklet', import.meta.url));

/** Ages of seconds go on while one looks. */
const LINES = [
  'get pods -o json',
  'get pod web -o yaml',
  'get pods -o name',
  'get cm settings -o yaml',
  'get pods,cm,ns -A -o name',
  'get pod nope',
  'get nothing',
  'get nodes',
  'get deployments',
  'get priorityclasses -o yaml',
  'describe pod web',
  'describe cm settings',
  'describe ns default',
  'describe sa default',
  'describe priorityclass system-node-critical',
  'events',
  'delete pod nope',
];

let served: ServedApi;
let kubectl: Kubectl | undefined;
const run = (line: string): Promise<Ran> => runClientCommand(line.split(' '), served.kubeconfig);

async function file(content: string): Promise<string> {
  const path = join(served.directory, 'manifest.yaml');
  await writeFile(path, content);
  return path;
}

describe('the built-in client on hooklet’s own API', () => {
  before(async () => {
    served = await serveApi();
    kubectl = await openKubectl('', served.kubeconfig);
  });
  after(async () => {
    await kubectl?.close();
    await served.close();
  });

  it('makes objects, leaves them alone, and changes them', async () => {
    deepEqual(await run(`apply -f ${await file(manifest('web:1'))}`), {
      code: 0,
      stdout: 'pod/web created\nconfigmap/settings created\n',
      stderr: '',
    });
    equal((await run(`apply -f ${await file(manifest('web:1'))}`)).stdout, 'pod/web unchanged\nconfigmap/settings unchanged\n');
    equal((await run(`apply -f ${await file(manifest('web:2'))}`)).stdout, 'pod/web configured\nconfigmap/settings unchanged\n');
    equal(JSON.parse((await run('get pod web -o json')).stdout).spec.containers[0].image, 'web:2');
  });

  it('shows tables that the server printed', async () => {
    match((await run('get pods')).stdout, /^NAME {3}READY {3}STATUS {4}RESTARTS {3}AGE\nweb {4}0\/2 {5}Pending {3}0 {10}\d+s\n$/);
    match((await run('get pods -l app=web -o wide --show-labels')).stdout, / app=web\n$/);
  });

  it('answers in the words of kubectl', async () => {
    for (const line of LINES) {
      const ours = await run(line);
      const theirs = await kubectl?.run(line.split(' '));
      if (theirs === undefined) continue;
      equal(asKubectl(kubectl?.minor ?? 0, line, ours.stdout), withoutPointers(theirs.stdout), line);
      equal(ours.stderr, theirs.stderr, line);
    }
  });

  it('says what is wrong with an object as kubectl does', async () => {
    for (const spec of ['{containers: [{name: a, image: a}], foo: 1}', "{containers: [{name: A_, image: ''}]}"]) {
      const path = await file(`apiVersion: v1\nkind: Pod\nmetadata: {name: bad}\nspec: ${spec}\n`);
      const ours = await run(`apply -f ${path}`);
      equal(ours.code, 2);
      const theirs = await kubectl?.run(['apply', '-f', path]);
      if (theirs !== undefined) equal(ours.stderr, theirs.stderr);
    }
  });

  it('watches what happens, until Ctrl-C', async () => {
    const watch = spawn(program, ['get', 'cm', '-w', '-o', 'name', '--kubeconfig', served.kubeconfig], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const ended = once(watch, 'close');
    const lines: string[] = [];
    for await (const line of createInterface(watch.stdout)) {
      lines.push(line);
      if (line === 'configmap/settings') await run(`apply -f ${await file('apiVersion: v1\nkind: ConfigMap\nmetadata: {name: late}\n')}`);
      if (line === 'configmap/late') watch.kill('SIGINT');
    }
    deepEqual(
      lines.filter((line) => line !== 'configmap/kube-root-ca.crt'),
      ['configmap/settings', 'configmap/late'],
    );
    deepEqual(await ended, [0, null]);
  });

  it('deletes, and waits for the end', async () => {
    deepEqual(await run('delete pod web cm/none'), {
      code: 2,
      stdout: '',
      stderr: 'error: "pod" is not of the form resource/name; with one such argument all must be\n',
    });
    deepEqual(await run('delete pod web'), { code: 0, stdout: 'pod "web" deleted from default namespace\n', stderr: '' });
    deepEqual(await run('get pods'), { code: 0, stdout: '', stderr: 'No resources found in default namespace.\n' });
  });

  it('is let in by nobody’s name', async () => {
    const config = JSON.parse(await readFile(served.kubeconfig, 'utf8'));
    const path = join(served.directory, 'nobody');
    await writeFile(path, JSON.stringify({ ...config, 'current-context': 'nobody' }));
    const ran = await runClientCommand(['get', 'pods'], path);
    equal(ran.code, 1);
    match(ran.stderr, /^Error from server \(Forbidden\): /);
  });

  it('is a command of the program: exit codes and streams', async () => {
    const launch = (...args: readonly string[]): Promise<Ran> =>
      new Promise((resolve) => {
        const env = { ...process.env, HOOKLET_STATE_DIR: join(served.directory, 'nothing') };
        execFile(program, args, { env }, (error, stdout, stderr) =>
          resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr }),
        );
      });
    equal((await launch('get', 'cm', 'settings', '-o', 'name', '--kubeconfig', served.kubeconfig)).stdout, 'configmap/settings\n');
    deepEqual(
      [
        (await launch('get', 'cm', 'x', '--kubeconfig', served.kubeconfig)).code,
        (await launch('get', 'x', '--kubeconfig', served.kubeconfig)).code,
      ],
      [1, 2],
    );
    const alone = await launch('get', 'pods');
    equal(alone.code, 3);
    match(alone.stderr, /^hooklet: there is no hooklet to ask: .*"hooklet up"/);
  });
});
