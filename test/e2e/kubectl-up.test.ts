/** What people type: `hooklet up`, and the real kubectl with real containers, from apply to delete. */
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { ChildOutput } from './child-output.ts';
import type { Kubectl } from './kubectl.ts';
import { LIVES, ofShell, podOf } from './kubectl-pods.ts';
import { type KubectlProgram, kubectlPrograms } from './kubectl-programs.ts';
import { baseImage, shell } from './pod-text.ts';
import { UpNode } from './up-node.ts';

const READY = ['--for=condition=Ready', '--timeout=60s'];
const programs = await kubectlPrograms();
let up: UpNode;
before(async () => {
  up = await UpNode.open();
});
after(() => up?.close());

for (const program of programs) describe(`kubectl ${program.version} with hooklet up`, { concurrency: 4 }, () => withKubectl(program));

function withKubectl({ path, version }: KubectlProgram): void {
  const namespace = `kubectl-${version.replace('.', '-')}`;
  let kubectl: Kubectl;
  const ok = (line: string, more: readonly string[] = [], env: Record<string, string> = {}): Promise<string> =>
    kubectl.ok(`-n ${namespace} ${line}`, { more, env });
  const started = async (name: string, container: object, spec: object = {}): Promise<void> => {
    await kubectl.ok(`-n ${namespace} create -f -`, { input: podOf(name, { ...container }, { ...spec }) });
    await ok(`wait pod/${name}`, READY);
  };
  const file = async (name: string, text: string): Promise<string> => {
    const at = join(up.stateDir, `${namespace}-${name}`);
    await writeFile(at, text);
    return at;
  };

  before(async () => {
    kubectl = await up.kubectl(path);
    await kubectl.ok(`create namespace ${namespace}`);
  });

  it('applies a Pod, waits for it and shows it in every form', async () => {
    const watch = new ChildOutput(kubectl.spawn(['-n', namespace, 'get', 'pods', '-w', '-l', 'app=shown']));
    const pod = podOf('shown', ofShell(LIVES), {}, { labels: { app: 'shown' } });
    const path = await file('shown.json', pod);
    assert.equal(await ok(`apply -f ${path}`), 'pod/shown created\n');
    assert.equal(await ok('wait pod/shown', READY), 'pod/shown condition met\n');
    assert.equal(await ok(`apply -f ${path}`), 'pod/shown unchanged\n');
    await watch.says(
      /^NAME +READY +STATUS +RESTARTS +AGE\n[\s\S]*^shown +0\/1 +ContainerCreating +0 +\d+s$[\s\S]*^shown +1\/1 +Running +0 +\d+s$/m,
    );

    assert.match(await ok('get pods -l app=shown'), /^NAME +READY +STATUS +RESTARTS +AGE\nshown +1\/1 +Running +0 +\d+s\n$/);
    const wide = /^shown +1\/1 +Running +0 +\d+s +(\d+\.\d+\.\d+\.\d+) +here +<none> +<none>\n$/;
    const [, ip] = wide.exec(await ok('get pod shown -o wide --no-headers')) ?? [];
    assert.equal(await ok('get pod shown -o jsonpath={.status.podIP}'), ip);
    const { status, spec } = JSON.parse(await ok('get pod shown -o json'));
    assert.deepEqual([status.phase, status.podIP, status.podIPs, spec.nodeName], ['Running', ip, [{ ip }], 'here']);
    assert.equal(status.containerStatuses[0].started, true);
    const yaml = await ok('get pod shown -o yaml');
    assert.match(yaml, /^apiVersion: v1\nkind: Pod\nmetadata:\n/);
    assert.match(yaml, /^ {4}state:\n {6}running:\n {8}startedAt: "\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ"$/m);
    assert.equal(await ok('get pod shown --no-headers -o custom-columns=N:.metadata.name,P:.status.phase'), 'shown   Running\n');
    assert.equal(await ok('get pods -o name -l app=shown'), 'pod/shown\n');
    assert.equal(await ok('get pods -o name --field-selector=status.phase=Running,spec.nodeName=here,metadata.name=shown'), 'pod/shown\n');

    assert.equal(await ok('delete pod shown'), 'pod "shown" deleted\n'.replace('deleted', deletedIn(version, namespace)));
    await watch.says(/^shown +1\/1 +Terminating +0 +\d+s$/m);
    await watch.ends('SIGTERM');
  });

  it('describes it, and tells its events', async () => {
    await started('described', ofShell(LIVES));
    const text = await ok('describe pod described');
    assert.match(text, /^Name: +described\nNamespace: +kubectl-1-\d+\n[\s\S]*^Node: +here\/\d+\.\d+\.\d+\.\d+$/m);
    assert.match(
      text,
      /^Status: +Running\nIP: +(\S+)\nIPs:\n {2}IP: +\1\nContainers:\n {2}main:\n {4}Container ID: +containerd:\/\/[0-9a-f]{64}$/m,
    );
    assert.match(text, /^ {4}State: +Running\n {6}Started: +.*\n {4}Ready: +True\n {4}Restart Count: +0$/m);
    for (const type of ['PodReadyToStartContainers', 'Initialized', 'Ready', 'ContainersReady', 'PodScheduled']) {
      assert.match(text, new RegExp(`^ {2}${type} +True *$`, 'm'));
    }
    await ok('wait pod/described', READY);
    const events = await ok('events --for=pod/described --no-headers');
    for (const reason of ['Scheduled', 'Pulled', 'Created', 'Started'])
      assert.match(events, new RegExp(`Normal +${reason} +Pod/described`));
    assert.match(
      await ok('get events', ['--field-selector=involvedObject.name=described,reason=Started']),
      /Normal +Started +pod\/described +.*tarted/,
    );
  });

  it('labels, annotates, edits, patches and compares', async () => {
    await started('changed', ofShell(LIVES));
    assert.equal(await ok('label pod changed tier=front'), 'pod/changed labeled\n');
    assert.equal(await ok('annotate pod changed note=kept'), 'pod/changed annotated\n');
    const editor = await file('editor.sh', '#!/bin/sh\nsed -i s/kept/edited/ "$1"\n');
    assert.equal(await ok('edit pod changed', [], { KUBE_EDITOR: `sh ${editor}` }), 'pod/changed edited\n');
    assert.equal(await ok('get pod changed -o jsonpath={.metadata.annotations.note},{.metadata.labels.tier}'), 'edited,front');
    assert.match(await ok('patch pod changed', ['-p', '{"metadata":{"labels":{"tier":"back"}}}']), /^pod\/changed patched\n$/);
    const path = await file('changed.json', podOf('changed', ofShell(LIVES), {}, { labels: { tier: 'other' } }));
    const diff = await kubectl.run(['-n', namespace, 'diff', '-f', path]);
    assert.equal(diff.code, 1, diff.stderr);
    assert.match(diff.stdout, /^- +tier: back\n\+ +tier: other$/m);
    assert.equal(await ok('get pod changed -o jsonpath={.status.containerStatuses[0].restartCount}'), '0');
  });

  it('applies on the server’s side, and tells of conflicts', async () => {
    const path = await file('applied.json', podOf('applied', ofShell(LIVES), {}, { labels: { by: 'one' } }));
    const other = await file('other.json', podOf('applied', ofShell(LIVES), {}, { labels: { by: 'two' } }));
    assert.equal(await ok(`apply --server-side --field-manager=one -f ${path}`), 'pod/applied serverside-applied\n');
    await ok('wait pod/applied', READY);
    const refused = await kubectl.run(['-n', namespace, 'apply', '--server-side', '--field-manager=two', '-f', other]);
    assert.equal(refused.code, 1);
    assert.match(refused.stderr, /conflict with "one": \.metadata\.labels\.by/);
    assert.equal(await ok(`apply --server-side --force-conflicts --field-manager=two -f ${other}`), 'pod/applied serverside-applied\n');
    assert.equal(await ok('get pod applied -o jsonpath={.metadata.labels.by},{.status.phase}'), 'two,Running');
    const managers = await ok('get pod applied --show-managed-fields', ['-o', 'jsonpath={.metadata.managedFields[*].manager}']);
    assert.deepEqual(new Set(managers.split(' ')).isSupersetOf(new Set(['one', 'two', 'kubelet'])), true, managers);
  });

  it('explains, and says what there is and what one may', async () => {
    assert.match(
      await ok('explain pod.spec.containers.lifecycle'),
      /FIELD: lifecycle <Lifecycle>[\s\S]*postStart\t<LifecycleHandler>[\s\S]*preStop\t/,
    );
    assert.equal(await ok('auth can-i delete pods'), 'yes\n');
    const resources = await kubectl.ok('api-resources --no-headers');
    for (const kind of ['Pod', 'Event', 'ConfigMap', 'Secret', 'Node', 'Lease']) assert.match(resources, new RegExp(` ${kind}$`, 'm'));
    assert.equal(await kubectl.ok('get --raw /readyz'), 'ok');
    assert.equal(JSON.parse(await kubectl.ok(`get --raw /api/v1/namespaces/${namespace}`)).metadata.name, namespace);
    assert.match(await kubectl.ok('get nodes'), /^here +Ready +\S+ +\d+s +v1\.36\.0/m);
  });

  it('runs a Pod from the command line', async () => {
    const line = `run once --image=${baseImage} --restart=Never --quiet --attach --rm -i`;
    const attached = await kubectl.run(
      ['-n', namespace, ...line.split(' '), '--', 'sh', '-c', 'read word; echo got $word; sleep 1; exit 3'],
      {
        input: 'it\n',
      },
    );
    assert.match(attached.stdout, /^got it$/m, attached.stderr);
    assert.equal(attached.code, 3, attached.stderr);
    assert.equal(await ok(`run kept --image=${baseImage} --labels=app=kept`, ['--command', '--', 'sh', '-c', LIVES]), 'pod/kept created\n');
    await ok('wait pod/kept', READY);
    assert.equal(await ok('get pods -l app=kept -o name'), 'pod/kept\n');
  });

  it('deletes: at once, by a grace, by force', async () => {
    const hook = { lifecycle: { preStop: shell('sleep 300') } };
    await Promise.all(
      ['now', 'grace', 'force', 'slow'].map((name) => started(name, ofShell(LIVES, hook), { terminationGracePeriodSeconds: 300 })),
    );
    const words = deletedIn(version, namespace);
    assert.equal(await ok('delete pod now --now'), `pod "now" ${words}\n`);
    assert.equal(await ok('delete pod grace --grace-period=2'), `pod "grace" ${words}\n`);
    const forced = await kubectl.run(['-n', namespace, 'delete', 'pod', 'force', '--force']);
    assert.equal(forced.stdout, `pod "force" force ${words}\n`);
    assert.match(forced.stderr, /^Warning: Immediate deletion does not wait for confirmation/);
    await ok('delete pod slow --wait=false');
    const gone = kubectl.ok(`-n ${namespace} wait pod/slow --for=delete --timeout=60s`);
    assert.match(await ok('get pod slow --no-headers'), /^slow +1\/1 +Terminating +0 +\d+s\n$/);
    assert.equal(await ok('delete pod slow --grace-period=1'), `pod "slow" ${words}\n`);
    await gone;
    assert.match(await kubectl.fails(`-n ${namespace} get pod slow`), /^Error from server \(NotFound\): pods "slow" not found\n$/);
  });
}

/** kubectl 1.33 began to name the namespace. */
const deletedIn = (version: string, namespace: string): string =>
  Number(version.split('.')[1]) >= 34 ? `deleted from ${namespace} namespace` : 'deleted';
