import type { ApiVolume } from '../../src/model/api-objects.ts';

const secretRef = { name: 'storage-key' };

/** One of every kind, and of some a second one with what may be left out. */
export const manyVolumes: readonly ApiVolume[] = [
  { name: 'scratch', emptyDir: {} },
  { name: 'memory', emptyDir: { medium: 'Memory', sizeLimit: '1024Mi' } },
  { name: 'host', hostPath: { path: '/srv', type: 'Directory' } },
  { name: 'host-any', hostPath: { path: '/srv' } },
  { name: 'secret', secret: { secretName: 'database', optional: true } },
  { name: 'settings', configMap: { name: 'settings' } },
  { name: 'claim', persistentVolumeClaim: { claimName: 'data' } },
  { name: 'disk', persistentVolumeClaim: { claimName: 'disk', readOnly: true } },
  { name: 'image', image: { reference: 'registry/models:1', pullPolicy: 'Always' } },
  {
    name: 'own',
    ephemeral: {
      volumeClaimTemplate: {
        metadata: { labels: { b: '2', a: '1' } },
        spec: {
          accessModes: ['ReadWriteOnce'],
          storageClassName: 'fast',
          volumeMode: 'Filesystem',
          resources: { requests: { storage: '1Gi' } },
          dataSource: { kind: 'PersistentVolumeClaim', name: 'origin' },
        },
      },
    },
  },
  {
    name: 'downward',
    downwardAPI: {
      items: [
        { path: 'labels', fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.labels' } },
        { path: 'cpu', resourceFieldRef: { containerName: 'main', resource: 'limits.cpu' } },
      ],
    },
  },
  {
    name: 'api',
    projected: {
      sources: [
        { serviceAccountToken: { path: 'token', expirationSeconds: 3607 } },
        { configMap: { name: 'kube-root-ca.crt' } },
        { downwardAPI: { items: [] } },
        { secret: { name: 'database', optional: true } },
      ],
    },
  },
  { name: 'nfs', nfs: { server: 'nas', path: '/export', readOnly: true } },
  {
    name: 'iscsi',
    iscsi: { targetPortal: '10.0.0.1:3260', iqn: 'iqn.a', lun: 2, portals: ['10.0.0.2', '10.0.0.3'], secretRef, iscsiInterface: 'default' },
  },
  { name: 'iscsi-bare', iscsi: { targetPortal: '10.0.0.1:3260', iqn: 'iqn.a', lun: 0, initiatorName: 'iqn.me' } },
  { name: 'gluster', glusterfs: { endpoints: 'gluster', path: 'vol' } },
  { name: 'rbd', rbd: { monitors: ['a:1', 'b:2'], image: 'img', pool: 'rbd', user: 'admin', keyring: '/etc/ceph/keyring' } },
  { name: 'cephfs', cephfs: { monitors: ['a:1'], secretRef } },
  { name: 'quobyte', quobyte: { registry: 'r:1', volume: 'v' } },
  { name: 'flocker', flocker: { datasetName: 'd' } },
  { name: 'fc', fc: { targetWWNs: ['500a0982991b8dc5', '500a0982891b8dc5'], lun: 2, fsType: 'ext4' } },
  { name: 'fc-bare', fc: { wwids: ['3600508b400105e210000900000490000'] } },
  { name: 'flex', flexVolume: { driver: 'example.com/lvm', options: { b: '2', a: '1' }, secretRef } },
  {
    name: 'csi',
    csi: { driver: 'csi.example.com', fsType: 'xfs', readOnly: true, volumeAttributes: { size: '1', 'a.long': 'y'.repeat(150), z: '' } },
  },
  { name: 'csi-bare', csi: { driver: 'csi.example.com' } },
  { name: 'gce', gcePersistentDisk: { pdName: 'pd', partition: 1 } },
  { name: 'aws', awsElasticBlockStore: { volumeID: 'vol-1', fsType: 'ext4' } },
  { name: 'git', gitRepo: { repository: 'https://example.com/a.git' } },
  { name: 'azure-disk', azureDisk: { diskName: 'd', diskURI: 'u', kind: 'Managed', fsType: 'ext4', cachingMode: 'None', readOnly: false } },
  { name: 'azure-file', azureFile: { secretName: 's', shareName: 'sh' } },
  { name: 'vsphere', vsphereVolume: { volumePath: '[ds] a', storagePolicyName: 'gold' } },
  { name: 'cinder', cinder: { volumeID: 'c1' } },
  { name: 'photon', photonPersistentDisk: { pdID: 'p1' } },
  { name: 'portworx', portworxVolume: { volumeID: 'pw' } },
  { name: 'scaleio', scaleIO: { gateway: 'https://g', system: 's', secretRef, storageMode: 'ThinProvisioned', fsType: 'xfs' } },
  { name: 'storageos', storageos: { volumeName: 'v', volumeNamespace: 'n' } },
  { name: 'none' },
];
