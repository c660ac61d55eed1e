/** The containers of a Pod by the part they play: the two lists of the API are three kinds of container. */
import type { Container, Pod, PodSpec, RestartPolicy } from './pod.ts';

/** `init`: runs to its end before the next one starts. `sidecar`: an init container that is restarted always. */
export type ContainerRole = 'init' | 'sidecar' | 'regular';

export interface PodContainer {
  readonly spec: Container;
  readonly role: ContainerRole;
}

/** In the order in which they start: init containers and sidecars as they are written, then the regular ones. */
export function podContainers({ spec }: { readonly spec: PodSpec }): readonly PodContainer[] {
  const init = (spec.initContainers ?? []).map((container): PodContainer => ({ spec: container, role: initRole(container) }));
  return [...init, ...spec.containers.map((container): PodContainer => ({ spec: container, role: 'regular' }))];
}

const initRole = ({ restartPolicy }: Container): ContainerRole => (restartPolicy === 'Always' ? 'sidecar' : 'init');

export const findContainer = (pod: { readonly spec: PodSpec }, name: string): PodContainer | undefined =>
  podContainers(pod).find(({ spec }) => spec.name === name);

/** A container's own restart policy comes before its Pod's (`pkg/kubelet/container/helpers.go`). */
export const restartPolicyOf = ({ spec: pod }: Pick<Pod, 'spec'>, { spec }: PodContainer): RestartPolicy =>
  spec.restartPolicy ?? pod.restartPolicy;

/** As the field path of an event names it: `spec.containers{web}`. */
export function containerFieldPath(pod: { readonly spec: PodSpec }, name: string): string {
  const list = (findContainer(pod, name)?.role ?? 'regular') === 'regular' ? 'containers' : 'initContainers';
  return `spec.${list}{${name}}`;
}
