/** What a container sees of its Pod's volumes and of the files that the agent writes for it (`kubelet_pods.go` `makeMounts`). */
import type { Container, Pod, Volume, VolumeMount } from '../../model/pod.ts';
import type { ContainerMount } from '../runtime-spec.ts';
import { expandVariables, referencedVariables } from './expand-variables.ts';

export interface MountPlaces {
  /** Host path of each volume, by its name. */
  readonly volumes: Readonly<Record<string, string>>;
  /** Host path of each mount with a subPath, by its index in `volumeMounts`. */
  readonly subPaths: ReadonlyMap<number, string>;
  /** Absent while the Pod has no address. */
  readonly hostsFile?: string;
  /** Where this instance may leave its last words. */
  readonly terminationLog?: string;
}

const HOSTS_PATH = '/etc/hosts';

export function containerMounts(pod: Pod, container: Container, places: MountPlaces): readonly ContainerMount[] {
  const { terminationMessagePath = '' } = container;
  const volumes = new Map((pod.spec.volumes ?? []).map((volume) => [volume.name, volume]));
  const asked = (container.volumeMounts ?? []).map(
    (mount, index): ContainerMount => ({
      containerPath: absolute(mount.mountPath),
      hostPath: places.subPaths.get(index) ?? places.volumes[mount.name] ?? '',
      readOnly: mount.readOnly === true || isWrittenByAgent(volumes.get(mount.name)),
      propagation: mount.mountPropagation ?? 'None',
    }),
  );
  return [
    ...asked,
    ...(wantsHostsFile(container) ? ofAgent(HOSTS_PATH, places.hostsFile) : []),
    ...(terminationMessagePath === '' ? [] : ofAgent(absolute(terminationMessagePath), places.terminationLog)),
  ];
}

const ofAgent = (containerPath: string, hostPath: string | undefined): readonly ContainerMount[] =>
  hostPath === undefined ? [] : [{ containerPath, hostPath, readOnly: false, propagation: 'None' }];

/** A container that mounts its own file there keeps it. */
export const wantsHostsFile = ({ volumeMounts = [] }: Pick<Container, 'volumeMounts'>): boolean =>
  volumeMounts.every(({ mountPath }) => mountPath !== HOSTS_PATH);

/** Files that follow an object: a container that wrote there would lose it at the next update. */
const isWrittenByAgent = (volume: Volume | undefined): boolean =>
  volume !== undefined && (volume.configMap ?? volume.secret ?? volume.downwardAPI ?? volume.projected) !== undefined;

const absolute = (path: string): string => (path.startsWith('/') ? path : `/${path}`);

/** What of a volume a mount shows: a path below it, all of it (empty), or why it cannot be told. */
export type SubPath = { readonly path: string } | { readonly error: string };

export function subPathOf({ subPath = '', subPathExpr = '' }: VolumeMount, env: ReadonlyMap<string, string>): SubPath {
  const expanded = subPathExpr === '' ? { path: subPath } : expandedSubPath(subPathExpr, env);
  if ('error' in expanded) return expanded;
  if (expanded.path.startsWith('/')) return { error: `error SubPath \`${expanded.path}\` must not be an absolute path` };
  if (expanded.path.split('/').includes('..')) return { error: `unable to provision SubPath \`${expanded.path}\`: must not contain '..'` };
  return expanded;
}

/** Stricter than elsewhere: an unknown variable, or an empty one, would mount something else than was meant. */
function expandedSubPath(expression: string, env: ReadonlyMap<string, string>): SubPath {
  const missing = referencedVariables(expression).filter((name) => (env.get(name) ?? '') === '');
  return missing.length === 0 ? { path: expandVariables(expression, env) } : { error: `missing value for ${missing.sort().join(', ')}` };
}
