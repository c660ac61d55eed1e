/** Volumes on storage of one's own, reached over the network. */
import type { ApiVolume } from '../../model/api-objects.ts';
import { sortedEntries } from '../label-text.ts';
import { nested } from './claim-lines.ts';
import { goList, goMap, goReference, goText } from './go-text.ts';
import { field, listLines, shorten } from './lines.ts';
import { type VolumeText, volumeKind } from './volume-kind.ts';

export const NETWORK_VOLUMES: readonly VolumeText[] = [
  volumeKind('nfs', 'NFS (an NFS mount that lasts the lifetime of a pod)', ({ server, path, readOnly }) => [
    ['Server', server],
    ['Path', path],
    ['ReadOnly', goText(readOnly, false)],
  ]),
  volumeKind(
    'iscsi',
    "ISCSI (an ISCSI Disk resource that is attached to a kubelet's host machine and then exposed to the pod)",
    (iscsi) => [
      ['TargetPortal', iscsi.targetPortal],
      ['IQN', iscsi.iqn],
      ['Lun', goText(iscsi.lun, 0)],
      ['ISCSIInterface', iscsi.iscsiInterface ?? ''],
      ['FSType', iscsi.fsType ?? ''],
      ['ReadOnly', goText(iscsi.readOnly, false)],
      ['Portals', goList(iscsi.portals)],
      ['DiscoveryCHAPAuth', goText(iscsi.chapAuthDiscovery, false)],
      ['SessionCHAPAuth', goText(iscsi.chapAuthSession, false)],
      ['SecretRef', goReference(iscsi.secretRef)],
      ['InitiatorName', iscsi.initiatorName ?? '<none>'],
    ],
  ),
  volumeKind('glusterfs', "Glusterfs (a Glusterfs mount on the host that shares a pod's lifetime)", ({ endpoints, path, readOnly }) => [
    ['EndpointsName', endpoints],
    ['Path', path],
    ['ReadOnly', goText(readOnly, false)],
  ]),
  volumeKind('rbd', "RBD (a Rados Block Device mount on the host that shares a pod's lifetime)", (rbd) => [
    ['CephMonitors', goList(rbd.monitors)],
    ['RBDImage', rbd.image],
    ['FSType', rbd.fsType ?? ''],
    ['RBDPool', rbd.pool ?? ''],
    ['RadosUser', rbd.user ?? ''],
    ['Keyring', rbd.keyring ?? ''],
    ['SecretRef', goReference(rbd.secretRef)],
    ['ReadOnly', goText(rbd.readOnly, false)],
  ]),
  volumeKind('cephfs', "CephFS (a CephFS mount on the host that shares a pod's lifetime)", (cephfs) => [
    ['Monitors', goList(cephfs.monitors)],
    ['Path', cephfs.path ?? ''],
    ['User', cephfs.user ?? ''],
    ['SecretFile', cephfs.secretFile ?? ''],
    ['SecretRef', goReference(cephfs.secretRef)],
    ['ReadOnly', goText(cephfs.readOnly, false)],
  ]),
  volumeKind('quobyte', "Quobyte (a Quobyte mount on the host that shares a pod's lifetime)", ({ registry, volume, readOnly }) => [
    ['Registry', registry],
    ['Volume', volume],
    ['ReadOnly', goText(readOnly, false)],
  ]),
  volumeKind('flocker', 'Flocker (a Flocker volume mounted by the Flocker agent)', ({ datasetName = '', datasetUUID = '' }) => [
    ['DatasetName', datasetName],
    ['DatasetUUID', datasetUUID],
  ]),
  volumeKind('fc', 'FC (a Fibre Channel disk)', ({ targetWWNs = [], lun, fsType = '', readOnly }) => [
    ['TargetWWNs', targetWWNs.join(', ')],
    ['LUN', lun === undefined ? '<none>' : String(lun)],
    ['FSType', fsType],
    ['ReadOnly', goText(readOnly, false)],
  ]),
  volumeKind(
    'flexVolume',
    'FlexVolume (a generic volume resource that is provisioned/attached using an exec based plugin)',
    ({ driver, fsType = '', secretRef, readOnly, options }) => [
      ['Driver', driver],
      ['FSType', fsType],
      ['SecretRef', goReference(secretRef)],
      ['ReadOnly', goText(readOnly, false)],
      ['Options', goMap(options)],
    ],
  ),
  csiLines,
];

/** Bytes of one attribute. */
const MAX_ATTRIBUTE_BYTES = 140;

function csiLines({ csi }: ApiVolume): readonly string[] | undefined {
  if (!csi) return undefined;
  const attributes = sortedEntries(csi.volumeAttributes).map(([key, value]) => shorten(`${key}=${value}`, MAX_ATTRIBUTE_BYTES));
  const lines = attributes.length === 0 ? [field(2, 'VolumeAttributes', '<none>')] : nested(listLines('VolumeAttributes', attributes));
  return [
    field(2, 'Type', 'CSI (a Container Storage Interface (CSI) volume source)'),
    field(2, 'Driver', csi.driver),
    field(2, 'FSType', csi.fsType ?? ''),
    field(2, 'ReadOnly', goText(csi.readOnly, false)),
    ...lines,
  ];
}
