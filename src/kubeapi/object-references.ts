/** The ConfigMaps and Secrets that a Pod is configured from (`pkg/api/v1/pod/util.go` VisitPodConfigmapNames). Pure. */
import type { Pod } from '../model/pod.ts';
import { podContainers } from '../model/pod-containers.ts';
import type { ObjectName } from '../ports/pod-objects.ts';

type Named = { readonly name?: string } | undefined;

export function objectReferences(pod: Pod): readonly ObjectName[] {
  const { namespace } = pod.metadata;
  const found: ObjectName[] = [];
  const add = (kind: ObjectName['kind'], reference: Named): void => {
    if (reference?.name !== undefined && reference.name !== '') found.push({ kind, namespace, name: reference.name });
  };
  for (const { spec } of podContainers(pod)) {
    for (const { configMapRef, secretRef } of spec.envFrom ?? []) {
      add('ConfigMap', configMapRef);
      add('Secret', secretRef);
    }
    for (const { valueFrom } of spec.env ?? []) {
      add('ConfigMap', valueFrom?.configMapKeyRef);
      add('Secret', valueFrom?.secretKeyRef);
    }
  }
  for (const { configMap, secret, projected } of pod.spec.volumes ?? []) {
    add('ConfigMap', configMap);
    add('Secret', secret === undefined ? undefined : { name: secret.secretName ?? '' });
    for (const source of projected?.sources ?? []) {
      add('ConfigMap', source.configMap);
      add('Secret', source.secret);
    }
  }
  return found;
}

export const objectKey = ({ kind, namespace, name }: ObjectName): string => `${kind} ${namespace}/${name}`;
