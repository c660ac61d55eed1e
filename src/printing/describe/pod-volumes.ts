/** Volumes that come from the node, from objects of the API, or live and die with the Pod. */
import type { ApiVolume } from '../../model/api-objects.ts';
import { claimTemplateLines } from './claim-lines.ts';
import { goText } from './go-text.ts';
import { field, line } from './lines.ts';
import { quantityOf, quantityText } from './quantity-text.ts';
import { type VolumeText, volumeKind } from './volume-kind.ts';

const isOptional = (source: { readonly optional?: boolean }): string => String(source.optional === true);

export const POD_VOLUMES: readonly VolumeText[] = [
  volumeKind('hostPath', 'HostPath (bare host directory volume)', ({ path, type }) => [
    ['Path', path],
    ['HostPathType', type ?? '<none>'],
  ]),
  volumeKind('emptyDir', "EmptyDir (a temporary directory that shares a pod's lifetime)", ({ medium = '', sizeLimit }) => [
    ['Medium', medium],
    ['SizeLimit', sizeLimit !== undefined && quantityOf(sizeLimit).nanos > 0n ? quantityText(sizeLimit) : '<unset>'],
  ]),
  volumeKind('secret', 'Secret (a volume populated by a Secret)', (source) => [
    ['SecretName', source.secretName ?? ''],
    ['Optional', isOptional(source)],
  ]),
  volumeKind('configMap', 'ConfigMap (a volume populated by a ConfigMap)', (source) => [
    ['Name', source.name ?? ''],
    ['Optional', isOptional(source)],
  ]),
  volumeKind(
    'persistentVolumeClaim',
    'PersistentVolumeClaim (a reference to a PersistentVolumeClaim in the same namespace)',
    ({ claimName, readOnly }) => [
      ['ClaimName', claimName],
      ['ReadOnly', goText(readOnly, false)],
    ],
  ),
  volumeKind('image', 'Image (a container image or OCI artifact)', ({ reference = '', pullPolicy = '' }) => [
    ['Reference', reference],
    ['PullPolicy', pullPolicy],
  ]),
  ephemeralLines,
  downwardLines,
  projectedLines,
];

function ephemeralLines({ ephemeral }: ApiVolume): readonly string[] | undefined {
  if (!ephemeral) return undefined;
  const type = field(2, 'Type', 'EphemeralVolume (an inline specification for a volume that gets created and deleted with the pod)');
  return [type, ...(ephemeral.volumeClaimTemplate ? claimTemplateLines(ephemeral.volumeClaimTemplate) : [])];
}

function downwardLines({ downwardAPI }: ApiVolume): readonly string[] | undefined {
  if (!downwardAPI) return undefined;
  const items = (downwardAPI.items ?? []).flatMap(({ path, fieldRef, resourceFieldRef }) => [
    ...(fieldRef ? [line(3, `${fieldRef.fieldPath} -> ${path}`)] : []),
    ...(resourceFieldRef ? [line(3, `${resourceFieldRef.resource} -> ${path}`)] : []),
  ]);
  return [field(2, 'Type', 'DownwardAPI (a volume populated by information about the pod)'), line(2, 'Items:'), ...items];
}

type ProjectedSource = NonNullable<NonNullable<ApiVolume['projected']>['sources']>[number];

function projectedLines({ projected }: ApiVolume): readonly string[] | undefined {
  if (!projected) return undefined;
  const type = field(2, 'Type', 'Projected (a volume that contains injected data from multiple sources)');
  return [type, ...(projected.sources ?? []).flatMap(projectedSource)];
}

function projectedSource({ secret, downwardAPI, configMap, serviceAccountToken }: ProjectedSource): readonly string[] {
  if (secret) return [field(2, 'SecretName', secret.name ?? ''), field(2, 'Optional', isOptional(secret))];
  if (downwardAPI) return [field(2, 'DownwardAPI', 'true')];
  if (configMap) return [field(2, 'ConfigMapName', configMap.name ?? ''), field(2, 'Optional', isOptional(configMap))];
  return serviceAccountToken ? [field(2, 'TokenExpirationSeconds', serviceAccountToken.expirationSeconds ?? 3600)] : [];
}
