/** Volumes of clouds and of storage products, most of them gone from Kubernetes; their fields are still in the API. */
import { goReference, goText } from './go-text.ts';
import { type VolumeText, volumeKind } from './volume-kind.ts';

export const CLOUD_VOLUMES: readonly VolumeText[] = [
  volumeKind('gcePersistentDisk', 'GCEPersistentDisk (a Persistent Disk resource in Google Compute Engine)', (disk) => [
    ['PDName', disk.pdName],
    ['FSType', disk.fsType ?? ''],
    ['Partition', goText(disk.partition, 0)],
    ['ReadOnly', goText(disk.readOnly, false)],
  ]),
  volumeKind('awsElasticBlockStore', 'AWSElasticBlockStore (a Persistent Disk resource in AWS)', (disk) => [
    ['VolumeID', disk.volumeID],
    ['FSType', disk.fsType ?? ''],
    ['Partition', goText(disk.partition, 0)],
    ['ReadOnly', goText(disk.readOnly, false)],
  ]),
  volumeKind('gitRepo', 'GitRepo (a volume that is pulled from git when the pod is created)', ({ repository, revision = '' }) => [
    ['Repository', repository],
    ['Revision', revision],
  ]),
  volumeKind('azureDisk', 'AzureDisk (an Azure Data Disk mount on the host and bind mount to the pod)', (disk) => [
    ['DiskName', disk.diskName],
    ['DiskURI', disk.diskURI],
    ['Kind', disk.kind ?? ''],
    ['FSType', disk.fsType ?? ''],
    ['CachingMode', disk.cachingMode ?? ''],
    ['ReadOnly', goText(disk.readOnly, false)],
  ]),
  volumeKind('azureFile', 'AzureFile (an Azure File Service mount on the host and bind mount to the pod)', (file) => [
    ['SecretName', file.secretName],
    ['ShareName', file.shareName],
    ['ReadOnly', goText(file.readOnly, false)],
  ]),
  volumeKind('vsphereVolume', 'vSphereVolume (a Persistent Disk resource in vSphere)', (disk) => [
    ['VolumePath', disk.volumePath],
    ['FSType', disk.fsType ?? ''],
    ['StoragePolicyName', disk.storagePolicyName ?? ''],
  ]),
  volumeKind('cinder', 'Cinder (a Persistent Disk resource in OpenStack)', ({ volumeID, fsType = '', readOnly, secretRef }) => [
    ['VolumeID', volumeID],
    ['FSType', fsType],
    ['ReadOnly', goText(readOnly, false)],
    ['SecretRef', goReference(secretRef)],
  ]),
  volumeKind('photonPersistentDisk', 'PhotonPersistentDisk (a Persistent Disk resource in photon platform)', ({ pdID, fsType = '' }) => [
    ['PdID', pdID],
    ['FSType', fsType],
  ]),
  volumeKind('portworxVolume', 'PortworxVolume (a Portworx Volume resource)', ({ volumeID }) => [['VolumeID', volumeID]]),
  volumeKind('scaleIO', 'ScaleIO (a persistent volume backed by a block device in ScaleIO)', (scaleIO) => [
    ['Gateway', scaleIO.gateway],
    ['System', scaleIO.system],
    ['Protection Domain', scaleIO.protectionDomain ?? ''],
    ['Storage Pool', scaleIO.storagePool ?? ''],
    ['Storage Mode', scaleIO.storageMode ?? ''],
    ['VolumeName', scaleIO.volumeName ?? ''],
    ['FSType', scaleIO.fsType ?? ''],
    ['ReadOnly', goText(scaleIO.readOnly, false)],
  ]),
  volumeKind('storageos', 'StorageOS (a StorageOS Persistent Disk resource)', (storage) => [
    ['VolumeName', storage.volumeName ?? ''],
    ['VolumeNamespace', storage.volumeNamespace ?? ''],
    ['FSType', storage.fsType ?? ''],
    ['ReadOnly', goText(storage.readOnly, false)],
  ]),
];
