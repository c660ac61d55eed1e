import { formatPath } from './field-path.ts';
import { type PodManifest, podKey } from './pod.ts';

/** A path of the host that a Pod wants to see. */
export interface HostDirectory {
  /** "namespace/name" */
  readonly pod: string;
  /** As `spec.volumes[0].hostPath.path`. */
  readonly field: string;
  readonly path: string;
}

export function hostDirectoriesOf(pod: Pick<PodManifest, 'metadata' | 'spec'>): readonly HostDirectory[] {
  return (pod.spec.volumes ?? []).flatMap(({ hostPath }, index) =>
    hostPath === undefined
      ? []
      : [{ pod: podKey(pod), field: formatPath(['spec', 'volumes', index, 'hostPath', 'path']), path: hostPath.path }],
  );
}

/** How one directory shows another, by their real absolute paths; undefined when it does not. */
export function howItShows(path: string, other: string): 'is' | 'lies in' | 'holds' | undefined {
  if (path === other) return 'is';
  if (isBelow(path, other)) return 'lies in';
  return isBelow(other, path) ? 'holds' : undefined;
}

const isBelow = (path: string, dir: string): boolean => path.startsWith(dir.endsWith('/') ? dir : `${dir}/`);
