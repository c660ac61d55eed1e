/**
 * The Pods of the Kubernetes documentation's sections "Pods" and "Configure Pods and Containers", in hooklet's own words:
 * one file a page below `documented/`, of the same shape as what the page shows. The Pods of a section live on one node.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { PodManifest } from '../../src/model/pod.ts';
import { formatProblem } from '../../src/model/problem.ts';
import { type ManifestResult, readManifests } from '../../src/model/read-manifests.ts';
import { ContainerCgroup } from '../e2e/container-cgroup.ts';
import { ConformanceNode } from './conformance-node.ts';
import type { TestPod } from './test-pod.ts';

export type Section = 'pods' | 'tasks';

/** `outside`: a directory of the host that a Pod may see. */
function readSection(section: Section, outside: string): ManifestResult {
  const directory = new URL(`./documented/${section}/`, import.meta.url);
  const inputs = readdirSync(directory).map((name) => ({
    name,
    text: readFileSync(new URL(name, directory), 'utf8').replace('/OUTSIDE', outside),
  }));
  const read = readManifests(inputs, { purpose: 'run' });
  if (read.errors.length > 0) throw new Error(read.errors.map(formatProblem).join('\n'));
  return read;
}

export class DocumentedPages {
  readonly node: ConformanceNode;
  readonly #pods: ReadonlyMap<string, PodManifest>;
  readonly #started = new Set<string>();

  private constructor(node: ConformanceNode, pods: ReadonlyMap<string, PodManifest>) {
    this.node = node;
    this.#pods = pods;
  }

  static async open(section: Section, outside = '/nowhere'): Promise<DocumentedPages> {
    const { pods, objects } = readSection(section, outside);
    const node = await ConformanceNode.open(undefined, objects);
    return new DocumentedPages(node, new Map(pods.map(({ pod }) => [pod.metadata.name, pod])));
  }

  /** Starts the Pod of this name. */
  start(name: string): TestPod {
    const pod = this.#pods.get(name);
    if (pod === undefined) throw new Error(`no page has a Pod "${name}"`);
    this.#started.add(name);
    return this.node.add(pod);
  }

  /** Pods of the pages that no test has started. */
  notStarted(): readonly string[] {
    return [...this.#pods.keys()].filter((name) => !this.#started.has(name));
  }

  cgroupOf(pod: TestPod, container = 'main'): ContainerCgroup {
    const id = pod.container(container)?.containerID ?? '';
    return new ContainerCgroup(this.node.node.paths, id.replace('containerd://', ''));
  }

  /** What an instance of a container has written, once there is something that matches. */
  async untilLog(pod: TestPod, pattern: RegExp, { container = 'main', restart = 0 } = {}): Promise<string> {
    const late = AbortSignal.timeout(60_000);
    for (;;) {
      const found = await this.#log(pod, container, restart);
      if (pattern.test(found)) return found;
      if (late.aborted) throw new Error(`${pod.pod.metadata.name}: no ${pattern} in its log:\n${found}\n${pod.lines().join('\n')}`);
      await delay(100);
    }
  }

  /** What a Pod has written that ends well by itself. */
  async logOfEnded(pod: TestPod, container = 'main'): Promise<string> {
    await pod.untilPhase('Succeeded');
    return this.#log(pod, container, 0);
  }

  async #log(pod: TestPod, container: string, restart: number): Promise<string> {
    const file = join(this.node.node.paths.logsDir, pod.pod.metadata.uid, container, `${restart}.log`);
    const text = await readFile(file, 'utf8').catch(() => '');
    // Each line has a time, a stream and a tag before what was written.
    return text.replace(/^\S+ \S+ \S+ /gm, '');
  }

  async close(): Promise<void> {
    await this.node.close();
  }
}
