import type { FieldPath } from './field-path.ts';
import { nearestName } from './nearest-name.ts';
import type { Container, PodSpec } from './pod.ts';
import type { Finding } from './problem.ts';

/** Hooks that the API accepts though they will always fail when they are due. */
export function warnAboutHooks(spec: Pick<PodSpec, 'containers' | 'initContainers'>): readonly Finding[] {
  return [
    ...(spec.initContainers ?? []).flatMap((container, index) => ofContainer(container, ['spec', 'initContainers', index])),
    ...spec.containers.flatMap((container, index) => ofContainer(container, ['spec', 'containers', index])),
  ];
}

function ofContainer({ lifecycle, ports }: Container, path: FieldPath): readonly Finding[] {
  return (['postStart', 'preStop'] as const).flatMap((hook) => {
    const { tcpSocket, httpGet } = lifecycle?.[hook] ?? {};
    const at = [...path, 'lifecycle', hook];
    if (tcpSocket !== undefined)
      return [{ path: [...at, 'tcpSocket'], message: 'a tcpSocket hook always fails when it runs, as in Kubernetes; use httpGet or exec' }];
    const names = (ports ?? []).flatMap(({ name }) => (name === undefined ? [] : [name]));
    if (typeof httpGet?.port !== 'string' || names.includes(httpGet.port)) return [];
    const nearest = nearestName(httpGet.port, names);
    const hint = nearest === undefined ? 'name one under ports, or give a number' : `did you mean "${nearest}"?`;
    return [{ path: [...at, 'httpGet', 'port'], message: `the container has no port "${httpGet.port}", so the hook will fail; ${hint}` }];
  });
}
