import type { ApiVolume } from '../../model/api-objects.ts';
import { CLOUD_VOLUMES } from './cloud-volumes.ts';
import { line } from './lines.ts';
import { NETWORK_VOLUMES } from './network-volumes.ts';
import { POD_VOLUMES } from './pod-volumes.ts';

const KINDS = [...POD_VOLUMES, ...NETWORK_VOLUMES, ...CLOUD_VOLUMES];

/** The volumes of a Pod: for each what it is, and its settings (`kubectl/pkg/describe/describe.go` `describeVolumes`). */
export function volumeLines(volumes: readonly ApiVolume[] | undefined): readonly string[] {
  if (volumes === undefined || volumes.length === 0) return ['Volumes:\t<none>'];
  return ['Volumes:', ...volumes.flatMap((volume) => [line(1, `${volume.name}:`), ...sourceLines(volume)])];
}

function sourceLines(volume: ApiVolume): readonly string[] {
  for (const kind of KINDS) {
    const lines = kind(volume);
    if (lines !== undefined) return lines;
  }
  return [line(1, '<unknown>')];
}
