import type { IVolume } from 'kubernetes-models/v1/Volume';
import { duplicate, forbidden, invalid, required } from './field-error.ts';
import type { FieldPath } from './field-path.ts';
import { dnsLabel } from './name-rules.ts';
import type { Report } from './problem.ts';
import { parseQuantity } from './quantity.ts';
import { requireFields } from './validate-env.ts';
import { validateProjected } from './validate-projected-volume.ts';

/** Returns the names that a mount may refer to. */
export function validateVolumes(volumes: readonly IVolume[], path: FieldPath, report: Report): ReadonlySet<string> {
  const names = new Set<string>();
  for (const [index, volume] of volumes.entries()) {
    const at = [...path, index];
    const name = volume.name ?? '';
    const complaint = name === '' ? undefined : dnsLabel(name);
    if (name === '') report([...at, 'name'], required());
    else if (complaint !== undefined) report([...at, 'name'], invalid(name, complaint));
    else if (names.has(name)) report([...at, 'name'], duplicate(name));
    names.add(name);
    validateSource(volume, at, report);
  }
  return names;
}

/** Exactly one source: an absent one became an emptyDir, any but the first is refused unread. */
function validateSource(volume: IVolume, path: FieldPath, report: Report): void {
  const sources = Object.keys(volume).filter((field) => field !== 'name') as (keyof IVolume)[];
  const [first, ...others] = sources;
  for (const source of others) report([...path, source], forbidden('may not specify more than 1 volume type'));
  if (first === undefined) report(path, required('must specify a volume type'));
  else {
    requireFields(volume[first] as object, REQUIRED_FIELDS[first] ?? [], [...path, first], report);
    validateDetails(volume, first, [...path, first], report);
  }
}

/** What each source cannot be without. */
const REQUIRED_FIELDS: Readonly<Partial<Record<keyof IVolume, readonly string[]>>> = {
  awsElasticBlockStore: ['volumeID'],
  azureDisk: ['diskName', 'diskURI'],
  azureFile: ['secretName', 'shareName'],
  cephfs: ['monitors'],
  cinder: ['volumeID'],
  configMap: ['name'],
  csi: ['driver'],
  ephemeral: ['volumeClaimTemplate'],
  flexVolume: ['driver'],
  gcePersistentDisk: ['pdName'],
  gitRepo: ['repository'],
  glusterfs: ['endpoints', 'path'],
  hostPath: ['path'],
  iscsi: ['targetPortal', 'iqn'],
  nfs: ['server', 'path'],
  persistentVolumeClaim: ['claimName'],
  photonPersistentDisk: ['pdID'],
  portworxVolume: ['volumeID'],
  quobyte: ['registry', 'volume'],
  rbd: ['monitors', 'image'],
  scaleIO: ['gateway', 'system', 'volumeName'],
  secret: ['secretName'],
  storageos: ['volumeName'],
  vsphereVolume: ['volumePath'],
};

function validateDetails(volume: IVolume, source: keyof IVolume, path: FieldPath, report: Report): void {
  const { hostPath, emptyDir, nfs } = volume;
  if (source === 'hostPath' && hostPath?.path?.split('/').includes('..'))
    report([...path, 'path'], invalid(hostPath.path, "must not contain '..'"));
  if (source === 'emptyDir' && emptyDir?.sizeLimit !== undefined && (parseQuantity(String(emptyDir.sizeLimit))?.nanos ?? 0n) < 0n) {
    report([...path, 'sizeLimit'], forbidden('SizeLimit field must be a valid resource quantity'));
  }
  if (source === 'nfs' && nfs?.path !== undefined && nfs.path !== '' && !nfs.path.startsWith('/'))
    report([...path, 'path'], invalid(nfs.path, 'must be an absolute path'));
  validateProjected(volume, source, path, report);
}
