/** Files, or standard input, to Pods. Nothing is started and no state is touched here. */
import type { ConfigObject } from '../model/config-objects.ts';
import type { PodManifest } from '../model/pod.ts';
import { formatProblem } from '../model/problem.ts';
import { readManifests } from '../model/read-manifests.ts';
import { HookletError } from '../ports/hooklet-error.ts';
import { readInputs } from './read-inputs.ts';

export interface PodFiles {
  readonly files: readonly string[];
  readonly stdin: AsyncIterable<Uint8Array>;
  /** Told each warning. */
  readonly warn: (message: string) => void;
}

/** What the files hold: Pods, and the ConfigMaps and Secrets beside them. */
export interface PodInput {
  readonly pods: readonly PodManifest[];
  readonly objects: readonly ConfigObject[];
}

/** Throws `badInput` with every problem found; then the user's Pods are not to be started, not even the good ones. */
export async function readPodFiles({ files, stdin, warn }: PodFiles): Promise<PodInput> {
  const inputs = await readInputs(files, stdin);
  const { pods, objects, warnings, errors } = readManifests(inputs, { purpose: 'run' });
  for (const warning of warnings) warn(`warning: ${formatProblem(warning)}`);
  if (errors.length > 0) throw new HookletError('badInput', errors.map(formatProblem).join('\n'));
  return { pods: pods.map(({ pod }) => pod), objects };
}
