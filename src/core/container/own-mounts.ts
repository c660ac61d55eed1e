/**
 * What the agent itself mounts in the directory of a Pod, told by where it is: a volume, a part of a volume for one mount
 * of a container, or the files that it manages. Everything else was mounted by a container or by somebody else.
 */
export function isOwnMount(pathInPod: string): boolean {
  const [first, ...rest] = pathInPod.split('/');
  if (first === 'managed') return rest.length === 0;
  if (first === 'volumes') return rest.length === 2;
  return first === 'volume-subpaths' && rest.length === 3;
}
