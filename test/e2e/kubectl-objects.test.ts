/** The real kubectl with the embedded API: what people type, and what they see. No kubelet: Pods stay Pending. */
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, before, describe, it } from 'node:test';
import { SystemClock } from '../../src/host/system-clock.ts';
import { SqliteObjectStore } from '../../src/sqlite/sqlite-object-store.ts';
import { type ServedApi, serveApi } from '../apiserver/serve-api.ts';
import { Kubectl } from './kubectl.ts';

const POD = `apiVersion: v1
kind: Pod
metadata: {name: web, labels: {app: web}}
spec:
  containers:
  - name: web
    image: example/web:1
    lifecycle: {preStop: {exec: {command: [drain]}}}
`;

describe('kubectl with the embedded API', () => {
  let served: ServedApi;
  let kubectl: Kubectl;
  const cleanups: (() => unknown)[] = [];
  before(async () => {
    const directory = await mkdtemp(join(tmpdir(), 'hooklet-kubectl-'));
    cleanups.unshift(() => rm(directory, { recursive: true }));
    const store = SqliteObjectStore.open({ file: join(directory, 'store.db'), clock: new SystemClock() });
    cleanups.unshift(() => store.close());
    served = await serveApi({ store });
    cleanups.unshift(() => served.close());
    kubectl = new Kubectl(served);
  });
  after(async () => {
    for (const cleanup of cleanups) await cleanup();
    assert.deepEqual(served.logged, []);
  });

  const file = async (name: string, text: string): Promise<string> => {
    const path = join(served.directory, name);
    await writeFile(path, text);
    return path;
  };
  const json = async (line: string) => JSON.parse(await kubectl.ok(`${line} -o json`));

  it('finds what there is', async () => {
    const version = JSON.parse(await kubectl.ok('version -o json'));
    assert.match(version.serverVersion.gitVersion, /^v1\.36\.0\+hooklet\./);
    const resources = await kubectl.ok('api-resources --no-headers');
    assert.match(resources, /^pods\s+po\s+v1\s+true\s+Pod$/m);
    assert.match(resources, /^leases\s+coordination\.k8s\.io\/v1\s+true\s+Lease$/m);
    assert.match(await kubectl.ok('api-versions'), /^events\.k8s\.io\/v1$/m);
    assert.match(await kubectl.ok('explain pod.spec.containers.lifecycle'), /FIELD: lifecycle <Lifecycle>/);
    assert.equal(await kubectl.ok('get --raw /readyz'), 'ok');
    assert.match(await kubectl.ok('get --raw /livez?verbose'), /^\[\+\]ping ok\n/);
    assert.equal(JSON.parse(await kubectl.ok('get --raw /api/v1/namespaces/default')).metadata.name, 'default');
    assert.match(await kubectl.ok('get all'), /^$/);
  });

  it('asks what it may', async () => {
    assert.equal(await kubectl.ok('auth can-i create pods'), 'yes\n');
    const refused = await kubectl.run(['--context', 'nobody', 'get', 'pods']);
    assert.equal(refused.code, 1);
    assert.match(
      refused.stderr,
      /^Error from server \(Forbidden\): pods is forbidden: User "nobody" cannot list resource "pods" in API group "" in the namespace "default"\n$/m,
    );
    assert.match(await kubectl.ok('auth whoami'), /^Username\s+admin$/m);
  });

  it('creates, shows and deletes ConfigMaps in every form', async () => {
    assert.equal(await kubectl.ok('create configmap one --from-literal=a=1 --from-literal=b=2'), 'configmap/one created\n');
    assert.match(await kubectl.fails('create configmap one'), /^error: failed to create configmap: configmaps "one" already exists\n$/);
    assert.match(await kubectl.ok('get configmaps'), /^NAME +DATA +AGE\nkube-root-ca.crt +1 +\d+s\none +2 +\d+s\n$/);
    assert.match(await kubectl.ok('get cm one -o wide'), /^NAME +DATA +AGE\none +2 +\d+s\n$/);
    assert.equal(await kubectl.ok('get cm one -o name'), 'configmap/one\n');
    assert.equal(await kubectl.ok('get cm one -o jsonpath={.data.a}{.data.b}'), '12');
    assert.equal(await kubectl.ok('get cm one -o custom-columns=N:.metadata.name,A:.data.a --no-headers'), 'one   1\n');
    assert.equal(await kubectl.ok('get cm one -o go-template={{.data.b}}'), '2');
    assert.match(await kubectl.ok('get cm one -o yaml'), /^apiVersion: v1\ndata:\n {2}a: "1"\n {2}b: "2"\nkind: ConfigMap\nmetadata:\n/);
    assert.match(await kubectl.ok('get cm one -o yaml --show-managed-fields'), /manager: kubectl-create\n/);
    assert.match(await kubectl.ok('describe cm one'), /^Name: +one\nNamespace: +default\n[\s\S]*\na:\n----\n1\n/);
    assert.match(await kubectl.ok('get cm -A --sort-by=.metadata.name'), /^NAMESPACE +NAME +DATA +AGE\n/);
    assert.equal(await kubectl.ok('delete cm one'), 'configmap "one" deleted\n');
    assert.match(await kubectl.fails('get cm one'), /^Error from server \(NotFound\): configmaps "one" not found\n$/);
    assert.equal(await kubectl.ok('delete cm one --ignore-not-found'), '');
  });

  it('applies a Pod, changes it in every way, and deletes it', async () => {
    const path = await file('pod.yaml', POD);
    assert.equal(await kubectl.ok(`apply -f ${path} --dry-run=server`), 'pod/web created (server dry run)\n');
    assert.equal(await kubectl.ok(`apply -f ${path}`), 'pod/web created\n');
    assert.equal(await kubectl.ok(`apply -f ${path}`), 'pod/web unchanged\n');
    assert.equal(await kubectl.ok(`diff -f ${path}`), '');
    assert.match(await kubectl.ok('get pods'), /^NAME +READY +STATUS +RESTARTS +AGE\nweb +0\/1 +Pending +0 +\d+s\n$/);
    assert.match(await kubectl.ok('get pod web -o wide --no-headers'), /^web +0\/1 +Pending +0 +\d+s +<none> +<none> +<none> +<none>\n$/);

    assert.equal(await kubectl.ok('label pod web tier=front'), 'pod/web labeled\n');
    assert.match(await kubectl.fails('label pod web tier=back'), /'tier' already has a value \(front\), and --overwrite is false/);
    assert.equal(await kubectl.ok('annotate pod web note=kept'), 'pod/web annotated\n');
    assert.equal(await kubectl.ok('get pods -l app=web,tier=front -o name'), 'pod/web\n');
    assert.equal(await kubectl.ok('get pods --field-selector spec.nodeName!=x,status.phase=Pending -o name'), 'pod/web\n');

    assert.equal(
      await kubectl.ok('patch pod web', { more: ['-p', '{"spec":{"containers":[{"name":"web","image":"example/web:2"}]}}'] }),
      'pod/web patched\n',
    );
    assert.equal(
      await kubectl.ok('patch pod web --type=merge', { more: ['-p', '{"metadata":{"labels":{"tier":null}}}'] }),
      'pod/web patched\n',
    );
    const add = '[{"op":"add","path":"/metadata/labels/by","value":"json"}]';
    assert.equal(await kubectl.ok('patch pod web --type=json', { more: ['-p', add] }), 'pod/web patched\n');
    const { metadata, spec } = await json('get pod web');
    assert.deepEqual(metadata.labels, { app: 'web', by: 'json' });
    assert.equal(spec.containers[0].image, 'example/web:2');
    assert.equal(metadata.generation, 2);

    assert.match(
      await kubectl.fails('patch pod web', { more: ['-p', '{"spec":{"hostNetwork":true}}'] }),
      /^The Pod "web" is invalid: spec: Forbidden: pod updates may not change fields other than `spec\.containers\[\*\]\.image`/,
    );
    const diff = await kubectl.run(['diff', '-f', path]);
    assert.equal(diff.code, 1);
    assert.match(diff.stdout, /^-.*image: example\/web:2\n\+.*image: example\/web:1$/m);

    const editor = await file('edit.sh', '#!/bin/sh\nsed -i s/kept/edited/ "$1"\n');
    assert.equal(await kubectl.ok('edit pod web', { env: { EDITOR: `sh ${editor}` } }), 'pod/web edited\n');
    assert.equal(await kubectl.ok('get pod web -o jsonpath={.metadata.annotations.note}'), 'edited');

    assert.match(await kubectl.ok('describe pod web'), /^Service Account: +default$[\s\S]*^Status: +Pending$[\s\S]*^Events: +<none>$/m);
    assert.equal(await kubectl.ok(`replace --force -f ${path}`), 'pod "web" deleted\npod/web replaced\n');
    assert.equal(await kubectl.ok('wait pod/web --for=jsonpath={.status.phase}=Pending --timeout=20s'), 'pod/web condition met\n');
    assert.match(
      await kubectl.fails('wait pod/web --for=condition=Ready --timeout=1s'),
      /timed out waiting for the condition on pods\/web/,
    );
    assert.equal(await kubectl.ok(`delete -f ${path} --wait`), 'pod "web" deleted\n');
    assert.equal(await kubectl.ok('wait pod/web --for=delete --timeout=20s'), '');
  });

  it('refuses a Pod that is wrong, field by field', async () => {
    const path = await file('wrong.yaml', POD.replace('image: example/web:1', 'imagee: x'));
    assert.match(await kubectl.fails(`apply -f ${path}`), /unknown field "spec\.containers\[0\]\.imagee"/);
    const missing = await kubectl.run(['apply', '--validate=false', '-f', path]);
    assert.match(missing.stderr, /^The Pod "web" is invalid: spec\.containers\[0\]\.image: Required value$/m);
    const typed = await file('typed.yaml', POD.replace('name: web, ', 'name: Web, '));
    assert.match(
      await kubectl.fails(`create -f ${typed}`),
      /^The Pod "Web" is invalid: metadata\.name: Invalid value: "Web": a lowercase RFC 1123 subdomain/,
    );
  });

  it('applies on the server, tells conflicts, and takes over by force', async () => {
    const mine = await file('cm.yaml', 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: shared}\ndata: {a: mine, b: mine}\n');
    const yours = await file('yours.yaml', 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: shared}\ndata: {a: yours}\n');
    assert.equal(await kubectl.ok(`apply --server-side --field-manager=me -f ${mine}`), 'configmap/shared serverside-applied\n');
    const conflict = await kubectl.fails(`apply --server-side --field-manager=you -f ${yours}`);
    assert.match(conflict, /^error: Apply failed with 1 conflict: conflict with "me": \.data\.a\n/);
    assert.match(conflict, /--force-conflicts/);
    assert.equal(
      await kubectl.ok(`apply --server-side --force-conflicts --field-manager=you -f ${yours}`),
      'configmap/shared serverside-applied\n',
    );
    assert.deepEqual((await json('get cm shared')).data, { a: 'yours', b: 'mine' });
    assert.match(await kubectl.ok(`diff --server-side --field-manager=you -f ${yours}`), /^$/);
    await kubectl.ok('delete cm shared');
  });

  it('watches', async () => {
    const watching = kubectl.spawn(['get', 'cm', '-w', '--output-watch-events', '--field-selector=metadata.name=seen']);
    const lines = createInterface({ input: watching.stdout as NonNullable<typeof watching.stdout> })[Symbol.asyncIterator]();
    try {
      // Its list is done when its watch is there.
      while (served.api.core.hub.size === 0) await new Promise((resolve) => setTimeout(resolve, 20));
      await kubectl.ok('create cm seen --from-literal=a=1');
      await kubectl.ok('label cm seen x=y');
      await kubectl.ok('delete cm seen');
      const seen: string[] = [];
      while (seen.length < 4) seen.push((await lines.next()).value?.replace(/ +/g, ' ') ?? '');
      assert.match(seen.join('\n'), /^EVENT NAME DATA AGE\nADDED seen 1 \d+s\nMODIFIED seen 1 \d+s\nDELETED seen 1 \d+s$/);
    } finally {
      watching.kill();
    }
  });

  it('lists in chunks', async () => {
    for (const name of ['p', 'q', 'r']) await kubectl.ok(`create cm ${name}`);
    assert.equal((await kubectl.ok('get cm --chunk-size=1 -o name')).split('\n').length, 5);
    await kubectl.ok('delete cm p q r');
  });

  it('makes namespaces, and empties those that it deletes', async () => {
    assert.equal(await kubectl.ok('create namespace work'), 'namespace/work created\n');
    assert.equal(await kubectl.ok('get sa,cm -n work -o name'), 'serviceaccount/default\nconfigmap/kube-root-ca.crt\n');
    await kubectl.ok('create secret generic key --from-literal=k=v -n work');
    await kubectl.ok('run busy --image=example/busy:1 -n work');
    assert.match(await kubectl.ok('get ns work --no-headers'), /^work +Active +\d+s\n$/);
    assert.equal(await kubectl.ok('delete namespace work'), 'namespace "work" deleted\n');
    assert.match(await kubectl.fails('get ns work'), /namespaces "work" not found/);
    assert.match(
      await kubectl.fails('delete ns default'),
      /Error from server \(Forbidden\): namespaces "default" is forbidden: this namespace may not be deleted/,
    );
    assert.match(await kubectl.fails('create cm one -n work'), /namespaces "work" not found/);
  });

  it('evicts, and marks nodes', async () => {
    await kubectl.ok('create -f -', { input: 'apiVersion: v1\nkind: Node\nmetadata: {name: node-a}\n' });
    await kubectl.ok('create -f -', { input: POD.replace('spec:', 'spec:\n  nodeName: node-a') });
    assert.equal(await kubectl.ok('cordon node-a'), 'node/node-a cordoned\n');
    assert.match(await kubectl.ok('get node node-a --no-headers'), /^node-a +Unknown,SchedulingDisabled /);
    const drained = kubectl.run(['drain', 'node-a', '--force', '--timeout=20s']);
    while ((await json('get pod web')).metadata.deletionTimestamp === undefined) {}
    assert.equal((await json('get pod web')).metadata.deletionGracePeriodSeconds, 30);
    await kubectl.ok('delete pod web --now --wait=false');
    assert.equal((await json('get pod web')).metadata.deletionGracePeriodSeconds, 1);
    await kubectl.ok('delete pod web --force');
    assert.match((await drained).stdout, /node\/node-a drained/);
    await kubectl.ok('taint node node-a key=value:NoSchedule');
    await kubectl.ok('delete node node-a');
  });

  it('hears of what is kept without effect, and of what does not run here', async () => {
    const service = await kubectl.run(['create', 'service', 'clusterip', 'front', '--tcp=80:8080']);
    assert.equal(service.stdout, 'service/front created\n');
    assert.match(service.stderr, /^Warning: hooklet keeps Services but routes nothing to them/);
    assert.match(await kubectl.fails('create deployment web --image=example/web:1'), /hooklet runs no controllers/);
    await kubectl.ok('delete service front');
  });
});
