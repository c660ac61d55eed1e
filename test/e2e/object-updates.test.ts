/** Objects that change while their Pod lives: the whole agent in this process, on real containers, with objects of the test's own. */
import { deepEqual, equal, ok } from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { startKubelet } from '../../src/compose/start-kubelet.ts';
import { openNode } from '../../src/compose.ts';
import type { PodRecord } from '../../src/core/journal-record.ts';
import { MemoryPodObjects } from '../../src/fakes/memory-pod-objects.ts';
import { LocalPodSource } from '../../src/kubelet/local-pod-source.ts';
import type { PodWorkers } from '../../src/kubelet/pod-workers.ts';
import { acceptManifest } from '../../src/kubelet/take-over.ts';
import type { Pod, PodManifest } from '../../src/model/pod.ts';
import { readManifests } from '../../src/model/read-manifests.ts';
import { SILENT_LOGGER } from '../../src/ports/logger.ts';
import type { OpenNode } from '../../src/ports/open-node.ts';
import { configMapOf, secretOf } from '../../src/ports/pod-objects.contract.ts';
import { program, runToEnd } from './hooklet.ts';
import { container, podText } from './pod-text.ts';

const PATIENCE_MS = 60_000;

/** Says each state of its files once, for as long as it lives. */
const watcher = podText(
  'watcher',
  [
    container('main', {
      command: [
        'sh',
        '-c',
        'trap "exit 0" TERM; while true; do now="$(cat /config/a) $(cat /config/b 2>/dev/null) $(cat /secret/p) part=$(cat /part)"; ' +
          '[ "$now" = "$said" ] || echo "$now"; said="$now"; sleep 0.05; done',
      ],
      volumeMounts: [
        { name: 'config', mountPath: '/config' },
        { name: 'secret', mountPath: '/secret' },
        { name: 'config', mountPath: '/part', subPath: 'a' },
      ],
    }),
  ],
  {
    volumes: [
      { name: 'config', configMap: { name: 'c' } },
      { name: 'secret', secret: { secretName: 's' } },
    ],
  },
);

const late = podText('late', [container('main', { volumeMounts: [{ name: 'v', mountPath: '/v' }], env: [] })], {
  volumes: [{ name: 'v', configMap: { name: 'late' } }],
});

function manifest(text: string): PodManifest {
  const { pods, errors } = readManifests([{ name: 'test', text }], { purpose: 'run' });
  const [read] = pods;
  if (read === undefined) throw new Error(JSON.stringify(errors));
  return read.pod;
}

describe('objects that change while their Pod lives', () => {
  const objects = new MemoryPodObjects();
  const source = new LocalPodSource();
  const records: PodRecord[] = [];
  const lines: string[] = [];
  const reading = new AbortController();
  let stateDir: string;
  let node: OpenNode;
  let workers: PodWorkers;
  let look: () => void = () => {};

  /** Waits for something that a record, a line or the source tells. */
  async function until(what: string, holds: () => boolean): Promise<void> {
    const end = Date.now() + PATIENCE_MS;
    while (!holds()) {
      ok(Date.now() < end, `${what} did not come about; it said ${JSON.stringify(lines)}, ${JSON.stringify(records.slice(-5))}`);
      const { promise, resolve } = Promise.withResolvers<void>();
      look = resolve;
      const timer = setTimeout(resolve, 1000);
      await promise;
      clearTimeout(timer);
    }
  }

  const put = (text: string): Pod => {
    const pod = acceptManifest(manifest(text), Date.now());
    source.put(pod);
    return pod;
  };
  const of = (pod: Pod, type: PodRecord['type']) => records.filter((record) => record.uid === pod.metadata.uid && record.type === type);

  before(async () => {
    stateDir = await mkdtemp(join(tmpdir(), 'hooklet-e2e-'));
    node = await openNode({ stateDir, logger: SILENT_LOGGER }, { command: 'object-updates' });
    node.journal.onRecord(({ record }) => {
      records.push(record as PodRecord);
      look();
    });
    source.onChange(() => look());
    ({ workers } = await startKubelet(node, [], source, { logger: SILENT_LOGGER, objects }));
  });
  after(async () => {
    for (const { pod } of source.list()) source.delete(pod.metadata.uid, 1);
    try {
      await until('every Pod is gone', () => source.list().length === 0);
    } finally {
      reading.abort();
      await workers.leave();
      await node.close({ stopRuntime: true });
      await runToEnd(program, ['reset', '--yes', '--state-dir', stateDir]);
      await rm(stateDir, { recursive: true, force: true });
    }
  });

  it('a container sees a change of a ConfigMap and of a Secret, whole; a part that it mounted stays as it was', async () => {
    objects.setConfigMap('default', 'c', configMapOf({ a: 'a1' }));
    objects.setSecret('default', 's', secretOf({ p: 'p1' }));
    const pod = put(watcher);
    const file = join(node.paths.logsDir, pod.metadata.uid, 'main', '0.log');
    node.logs.follow(
      file,
      ({ text }) => {
        lines.push(text);
        look();
      },
      reading.signal,
    );
    await until('the container reads', () => lines.includes('a1  p1 part=a1'));
    objects.setConfigMap('default', 'c', configMapOf({ a: 'a2', b: 'b2' }));
    await until('the change is seen', () => lines.includes('a2 b2 p1 part=a1'));
    objects.setSecret('default', 's', secretOf({ p: 'p2' }));
    await until('the change is seen', () => lines.includes('a2 b2 p2 part=a1'));
    objects.setConfigMap('default', 'c', configMapOf({ a: 'a3' }));
    await until('the change is seen', () => lines.includes('a3  p2 part=a1'));
    objects.setConfigMap('default', 'c', undefined);
    objects.setSecret('default', 's', secretOf({ p: 'p3' }));
    await until('what is gone stays as it was', () => lines.includes('a3  p3 part=a1'));
  });

  it('a Pod that waits for an object goes on when it is there', async () => {
    const pod = put(late);
    await until('it waits', () => of(pod, 'event').some((record) => record.type === 'event' && record.reason === 'FailedMount'));
    deepEqual(of(pod, 'sandbox.ready'), []);
    objects.setConfigMap('default', 'late', configMapOf({}));
    await until('it runs', () => of(pod, 'container.ready').length > 0);
    equal(of(pod, 'container.failed').length, 0);
  });
});
