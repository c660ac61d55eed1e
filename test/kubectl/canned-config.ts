import type { ApiConfigMap, ApiSecret } from '../../src/model/api-objects.ts';

const base64 = (text: string): string => Buffer.from(text).toString('base64');

export const cannedConfigMap: ApiConfigMap = {
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'settings', namespace: 'default', uid: 'uid-settings', creationTimestamp: '@-2d5h30m', labels: { app: 'rich' } },
  // One of each: before kubectl 1.33 their order was another one each time.
  data: { 'server.conf': 'one = 1\ntwo\t= 2\n' },
  binaryData: { logo: base64('not a picture') },
};

export const cannedSecret: ApiSecret = {
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name: 'database', namespace: 'default', uid: 'uid-database', creationTimestamp: '@-2d5h30m' },
  type: 'Opaque',
  data: { password: base64('hunter2') },
};
