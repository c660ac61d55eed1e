/** `hooklet up` with @kubernetes/client-node, the library that programs in JavaScript use: list, watch, informer, exec, log. */
import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { after, before, describe, it } from 'node:test';
import { CoreV1Api, Exec, KubeConfig, Log, makeInformer, type V1Pod, type V1Status, Watch } from '@kubernetes/client-node';
import { LIVES, ofShell, podOf } from './kubectl-pods.ts';
import { PodWatch } from './pod-watch.ts';
import { UpNode } from './up-node.ts';

const PATIENCE_MS = 60_000;
const namespace = 'default';
const pod = (name: string, script = LIVES): V1Pod => JSON.parse(podOf(name, ofShell(script), {}, { labels: { by: 'client-node' } }));

describe('@kubernetes/client-node with hooklet up', () => {
  const config = new KubeConfig();
  let up: UpNode;
  let core: CoreV1Api;
  let seen: PodWatch;

  before(async () => {
    up = await UpNode.open();
    config.loadFromFile(up.kubeconfig);
    core = config.makeApiClient(CoreV1Api);
    seen = new PodWatch(await up.api(), namespace);
    await core.createNamespacedPod({ namespace, body: pod('there', `echo first; echo second; ${LIVES}`) });
    await seen.untilReady('there');
  });
  after(async () => {
    await seen?.close();
    await up?.close();
  });

  it('lists, reads, patches and deletes', async () => {
    const { items } = await core.listNamespacedPod({ namespace, labelSelector: 'by=client-node' });
    assert.deepEqual(
      items.map(({ metadata, status }) => [metadata?.name, status?.phase]),
      [['there', 'Running']],
    );
    assert.ok(items[0]?.metadata?.creationTimestamp instanceof Date);
    const read = await core.readNamespacedPod({ namespace, name: 'there' });
    assert.equal(read.status?.containerStatuses?.[0]?.ready, true);
    await core.patchNamespacedPod({ namespace, name: 'there', body: [{ op: 'add', path: '/metadata/labels/patched', value: 'yes' }] });
    assert.equal((await core.readNamespacedPod({ namespace, name: 'there' })).metadata?.labels?.['patched'], 'yes');
    await assert.rejects(core.readNamespacedPod({ namespace, name: 'nobody' }), { code: 404 });
  });

  it('watches a Pod from its creation to its end', async () => {
    const told: string[] = [];
    const gone = Promise.withResolvers<void>();
    const watch = await new Watch(config).watch(
      `/api/v1/namespaces/${namespace}/pods`,
      { fieldSelector: 'metadata.name=watched' },
      (type: string, { status }: V1Pod) => {
        told.push(`${type} ${status?.phase}`);
        if (type === 'DELETED') gone.resolve();
      },
      (error) => gone.reject(error instanceof Error ? error : new Error(String(error))),
    );
    try {
      await core.createNamespacedPod({ namespace, body: pod('watched') });
      await seen.untilReady('watched');
      await core.deleteNamespacedPod({ namespace, name: 'watched' });
      await within(gone.promise, () => told.join(', '));
    } finally {
      watch.abort();
    }
    const kinds = told.filter((line, index) => line !== told[index - 1]);
    assert.deepEqual(kinds, ['ADDED Pending', 'MODIFIED Pending', 'MODIFIED Running', 'MODIFIED Succeeded', 'DELETED Succeeded']);
  });

  it('informs of what there is, what comes and what goes', async () => {
    const list = () => core.listNamespacedPod({ namespace, labelSelector: 'by=client-node' });
    const informer = makeInformer(config, `/api/v1/namespaces/${namespace}/pods`, list, 'by=client-node');
    const told: string[] = [];
    const gone = Promise.withResolvers<void>();
    const there = Promise.withResolvers<void>();
    const note = (kind: string, { metadata }: V1Pod): number => told.push(`${kind} ${metadata?.name}`);
    informer.on('add', (one) => {
      note('add', one);
      if (one.metadata?.name === 'there') there.resolve();
    });
    informer.on('update', (one) => void note('update', one));
    informer.on('delete', (one) => {
      note('delete', one);
      if (one.metadata?.name === 'informed') gone.resolve();
    });
    informer.on('error', (error) => gone.reject(error instanceof Error ? error : new Error(String(error))));
    await informer.start();
    try {
      await within(there.promise, () => told.join(', '));
      await core.createNamespacedPod({ namespace, body: pod('informed') });
      await seen.untilReady('informed');
      await core.deleteNamespacedPod({ namespace, name: 'informed' });
      await within(gone.promise, () => told.join(', '));
      assert.deepEqual([told.includes('add informed'), told.includes('update informed')], [true, true], told.join(', '));
      assert.deepEqual(
        informer.list(namespace).map(({ metadata }) => metadata?.name),
        ['there'],
      );
    } finally {
      await informer.stop();
    }
  });

  it('runs a command: input, both outputs, the exit code', async () => {
    const [stdin, stdout, stderr] = [new PassThrough(), new PassThrough(), new PassThrough()];
    const outputs = Promise.all([text(stdout), text(stderr)]);
    const ended = Promise.withResolvers<V1Status>();
    const command = ['sh', '-c', 'read word; echo got $word; echo err >&2; exit 4'];
    const socket = await new Exec(config).exec(namespace, 'there', 'main', command, stdout, stderr, stdin, false, ended.resolve);
    // Not ended: before v5 of the protocol, which containerd 1.6 does not speak, that is the end of the connection.
    stdin.write('it\n');
    const status = await within(ended.promise, () => 'no status of the command came');
    socket.close();
    stdout.end();
    stderr.end();
    assert.deepEqual(await outputs, ['got it\n', 'err\n']);
    assert.equal(status.status, 'Failure');
    assert.deepEqual(
      status.details?.causes?.map(({ reason, message }) => [reason, message]),
      [['ExitCode', '4']],
    );
  });

  it('reads logs, and follows them', async () => {
    assert.equal(await core.readNamespacedPodLog({ namespace, name: 'there' }), 'first\nsecond\n');
    await core.createNamespacedPod({ namespace, body: pod('followed', `echo first; ${LIVES}`) });
    await seen.untilReady('followed');
    const stream = new PassThrough();
    await new Log(config).log(namespace, 'followed', 'main', stream, { follow: true });
    // To its end: the library leaves the error of a follow that is aborted to nobody.
    const said = text(stream);
    await core.deleteNamespacedPod({ namespace, name: 'followed' });
    assert.equal(await within(said, () => 'the log did not end'), 'first\n');
  });
});

/** A promise that is not kept must not cost the whole file. */
async function within<T>(promise: Promise<T>, known: () => string): Promise<T> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new Error(`not within ${PATIENCE_MS} ms: ${known()}`)), PATIENCE_MS);
  try {
    return await Promise.race([promise, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}
