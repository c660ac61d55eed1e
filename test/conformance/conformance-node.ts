/**
 * A node on real containers for the tests of `lifecycle.md` 17: Pods from YAML, in this process, on a state directory of
 * its own. Many Pods of one test file run at once. Whatever a test did, `close()` ends what runs and removes everything.
 */
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { startKubelet } from '../../src/compose/start-kubelet.ts';
import { openNode, openReset } from '../../src/compose.ts';
import type { PodRecord } from '../../src/core/journal-record.ts';
import type { PodSettings } from '../../src/core/pod/pod-view.ts';
import { HostBaseImages } from '../../src/host/host-base-images.ts';
import { LocalPodObjects } from '../../src/kubelet/local-pod-objects.ts';
import { LocalPodSource } from '../../src/kubelet/local-pod-source.ts';
import type { PodWorkers } from '../../src/kubelet/pod-workers.ts';
import { acceptManifest } from '../../src/kubelet/take-over.ts';
import type { ConfigObject } from '../../src/model/config-objects.ts';
import type { Pod, PodManifest } from '../../src/model/pod.ts';
import type { PodStatus } from '../../src/model/pod-status.ts';
import { formatProblem } from '../../src/model/problem.ts';
import { readManifests } from '../../src/model/read-manifests.ts';
import { SILENT_LOGGER } from '../../src/ports/logger.ts';
import type { OpenNode } from '../../src/ports/open-node.ts';
import { TestPod } from './test-pod.ts';

const runTar = promisify(execFile);

export const BASE_IMAGE = 'localhost/hooklet/base:1';
export const OTHER_IMAGE = 'localhost/hooklet/other:1';

export class ConformanceNode {
  readonly stateDir: string;
  readonly node: OpenNode;
  readonly #settings: PodSettings | undefined;
  readonly #objects: LocalPodObjects;
  readonly #pods = new Map<string, TestPod>();
  #source = new LocalPodSource();
  #workers: PodWorkers | undefined;

  private constructor(stateDir: string, node: OpenNode, settings: PodSettings | undefined, objects: readonly ConfigObject[]) {
    this.stateDir = stateDir;
    this.node = node;
    this.#settings = settings;
    this.#objects = new LocalPodObjects(objects);
    node.journal.onRecord(({ record }) => {
      if (record.uid !== undefined && record.type !== 'agent.recovered') this.#pods.get(record.uid)?.tellRecord(record as PodRecord);
    });
  }

  /** `objects`: the ConfigMaps and Secrets that Pods may name. */
  static async open(settings?: PodSettings, objects: readonly ConfigObject[] = []): Promise<ConformanceNode> {
    const stateDir = await mkdtemp(join(tmpdir(), 'hooklet-conformance-'));
    try {
      const node = await openNode({ stateDir, logger: SILENT_LOGGER }, { command: 'conformance test' });
      const open = new ConformanceNode(stateDir, node, settings, objects);
      // Whoever failed to start must not keep the state directory from being removed, which would hide why.
      await open.#start().catch(async (error: unknown) => {
        await node.close({ stopRuntime: false });
        throw error;
      });
      return open;
    } catch (error) {
      await removeAll(stateDir);
      throw error;
    }
  }

  async #start(): Promise<void> {
    this.#source = new LocalPodSource();
    this.#source.onChange((uid) => {
      if (this.#source.get(uid) === undefined) this.#pods.get(uid)?.tellGone();
    });
    const reports = { status: (uid: string, status: PodStatus): void => this.#pods.get(uid)?.tellStatus(status) };
    const known = { logger: SILENT_LOGGER, reports, objects: this.#objects };
    const options = { ...known, ...(this.#settings === undefined ? {} : { settings: this.#settings }) };
    const wanted = [...this.#pods.values()].filter(({ isGone }) => !isGone).map(({ pod }) => pod);
    const { workers } = await startKubelet(this.node, wanted, this.#source, options);
    this.#workers = workers;
  }

  /** The Pod of this YAML, as `hooklet run` would start it. */
  create(yaml: string): TestPod {
    const { pods, errors } = readManifests([{ name: 'test', text: yaml }], { purpose: 'run' });
    const [read] = pods;
    if (read === undefined || errors.length > 0) throw new Error(errors.map(formatProblem).join('\n'));
    return this.add(read.pod);
  }

  add(manifest: PodManifest): TestPod {
    const pod = acceptManifest(manifest, Date.now());
    const { uid } = pod.metadata;
    const test = new TestPod(pod, {
      put: (changed: Pod) => this.#source.put(changed),
      delete: (graceSeconds) => this.#source.delete(uid, graceSeconds),
    });
    this.#pods.set(uid, test);
    this.#source.put(pod);
    return test;
  }

  /** The base image under a second name: what a changed image of a Pod can be. */
  async addImage(name: string): Promise<void> {
    const directory = await mkdtemp(join(tmpdir(), 'hooklet-image-'));
    try {
      const archive = join(directory, 'base.tar');
      await new HostBaseImages().writeArchive(archive);
      const layout = join(directory, 'layout');
      await mkdir(layout);
      await runTar('tar', ['-xf', archive, '-C', layout]);
      const index = join(layout, 'index.json');
      await writeFile(index, (await readFile(index, 'utf8')).replaceAll(BASE_IMAGE, name));
      await runTar('tar', ['-cf', archive, '-C', layout, '.']);
      await this.node.runtime.imageImport?.importArchive(archive);
    } finally {
      await rm(directory, { recursive: true, force: true });
    }
  }

  /** The agent goes and another one comes; containers and hooks live on. `between`: what happens while there is none. */
  async restartAgent(between: () => Promise<void> = () => Promise.resolve()): Promise<void> {
    await this.#workers?.leave();
    await between();
    await this.#start();
  }

  /** What a reboot leaves: an agent that starts, and a runtime in which nothing of before is left. */
  async loseEverything(): Promise<void> {
    await this.restartAgent(async () => {
      const { cri } = this.node.runtime;
      for (const { id } of await cri.listSandboxes()) {
        await cri.stopPodSandbox(id);
        await cri.removePodSandbox(id);
      }
    });
  }

  async close(): Promise<void> {
    try {
      await this.#workers?.leave();
      await this.node.close({ stopRuntime: false });
    } finally {
      await removeAll(this.stateDir);
    }
  }
}

async function removeAll(stateDir: string): Promise<void> {
  const reset = await openReset({ stateDir });
  try {
    await reset.reset();
  } finally {
    await reset.close();
    await rm(stateDir, { recursive: true, force: true });
  }
}
