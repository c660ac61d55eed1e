import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readService, serviceEnv } from './service-env.ts';

const service = (name: string, spec: object, namespace = 'shop') => readService({ metadata: { name, namespace }, spec });

describe('serviceEnv()', () => {
  const api = service('kubernetes', { clusterIP: '10.96.0.1', ports: [{ name: 'https', port: 443 }] }, 'default') ?? assert.fail();
  const web =
    service('my-web', {
      clusterIP: 'fd00::5',
      ports: [
        { port: 80, protocol: 'TCP' },
        { name: 'dns-1', port: 53, protocol: 'UDP' },
      ],
    }) ?? assert.fail();
  const other = service('other', { clusterIP: '10.96.0.9', ports: [] }, 'elsewhere') ?? assert.fail();

  it('names address and ports of the services of the namespace, and of the API', () => {
    assert.deepEqual(Object.fromEntries(serviceEnv([web, other, api], 'shop', true)), {
      KUBERNETES_SERVICE_HOST: '10.96.0.1',
      KUBERNETES_SERVICE_PORT: '443',
      KUBERNETES_SERVICE_PORT_HTTPS: '443',
      KUBERNETES_PORT: 'tcp://10.96.0.1:443',
      KUBERNETES_PORT_443_TCP: 'tcp://10.96.0.1:443',
      KUBERNETES_PORT_443_TCP_PROTO: 'tcp',
      KUBERNETES_PORT_443_TCP_PORT: '443',
      KUBERNETES_PORT_443_TCP_ADDR: '10.96.0.1',
      MY_WEB_SERVICE_HOST: 'fd00::5',
      MY_WEB_SERVICE_PORT: '80',
      MY_WEB_SERVICE_PORT_DNS_1: '53',
      MY_WEB_PORT: 'tcp://[fd00::5]:80',
      MY_WEB_PORT_80_TCP: 'tcp://[fd00::5]:80',
      MY_WEB_PORT_80_TCP_PROTO: 'tcp',
      MY_WEB_PORT_80_TCP_PORT: '80',
      MY_WEB_PORT_80_TCP_ADDR: 'fd00::5',
      MY_WEB_PORT_53_UDP: 'udp://[fd00::5]:53',
      MY_WEB_PORT_53_UDP_PROTO: 'udp',
      MY_WEB_PORT_53_UDP_PORT: '53',
      MY_WEB_PORT_53_UDP_ADDR: 'fd00::5',
    });
  });

  it('names only the API without links', () => {
    assert.deepEqual(
      [...serviceEnv([web, api], 'shop', false).keys()].every((name) => name.startsWith('KUBERNETES_')),
      true,
    );
    assert.equal(serviceEnv([web], 'shop', false).size, 0);
  });

  it('knows no service without an address of its own', () => {
    for (const spec of [{}, { clusterIP: 'None' }, { clusterIP: '' }, { type: 'ExternalName', clusterIP: '10.0.0.1' }])
      assert.equal(service('x', spec), undefined);
  });
});
