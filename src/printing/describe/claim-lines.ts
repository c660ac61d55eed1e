import type { ApiVolume } from '../../model/api-objects.ts';
import { annotationLines, field, labelLines, line } from './lines.ts';

type ClaimTemplate = NonNullable<NonNullable<ApiVolume['ephemeral']>['volumeClaimTemplate']>;

const STORAGE_CLASS_ANNOTATION = 'volume.beta.kubernetes.io/storage-class';

/** The claim that a Pod brings along. It has no volume yet, and so neither capacity nor access modes to show. */
export function claimTemplateLines({ metadata, spec }: ClaimTemplate): readonly string[] {
  const storageClass = metadata?.annotations?.[STORAGE_CLASS_ANNOTATION] ?? spec.storageClassName ?? '';
  const volumeMode = spec.volumeMode === undefined ? [] : [field(2, 'VolumeMode', spec.volumeMode)];
  return [
    field(2, 'StorageClass', storageClass),
    field(2, 'Volume', spec.volumeName ?? ''),
    ...nested(labelLines('Labels', metadata?.labels)),
    ...nested(annotationLines('Annotations', metadata?.annotations)),
    field(2, 'Capacity', ''),
    field(2, 'Access Modes', ''),
    ...volumeMode,
    ...dataSourceLines(spec.dataSource),
  ];
}

/** kubectl indents each piece of such a line, so that the value after the tab is indented too. */
export const nested = (lines: readonly string[]): readonly string[] =>
  lines.map((text, index) => line(index === 0 ? 2 : 4, text.replace('\t', `\t${line(2, '')}`)));

function dataSourceLines(source: ClaimTemplate['spec']['dataSource']): readonly string[] {
  if (!source) return [];
  const group = source.apiGroup === undefined ? [] : [field(3, 'APIGroup', source.apiGroup)];
  return [line(2, 'DataSource:'), ...group, field(3, 'Kind', source.kind), field(3, 'Name', source.name)];
}
