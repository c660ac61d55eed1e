import { deepEqual, equal } from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Container, TCPSocketAction } from '../../model/pod.ts';
import { wireRequest } from '../http/http-request.ts';
import { probeArgv, probeExecId, probeHttpRequest, probeTcpTarget } from './probe-request.ts';

const container: Container = {
  name: 'main',
  image: 'i',
  imagePullPolicy: 'Never',
  ports: [{ name: 'web', containerPort: 8080, protocol: 'TCP' }],
  env: [
    { name: 'A', value: 'one' },
    { name: 'B', value: '$(A)' },
    { name: 'OF_THE_NODE', valueFrom: { fieldRef: { fieldPath: 'spec.nodeName' } } },
    { name: 'NOTHING' },
  ],
};
const owner = { container, address: '10.88.0.2' };

describe('probeHttpRequest()', () => {
  it('is, byte for byte, what the kubelet sends', () => {
    const request = probeHttpRequest(
      { path: '/healthz?x=1', port: 'web', scheme: 'HTTP', httpHeaders: [{ name: 'x-a', value: 'b' }] },
      owner,
    );
    const wire = 'error' in request ? request : wireRequest(request);
    if ('error' in wire) throw new Error(wire.error);
    deepEqual([wire.hostname, wire.port], ['10.88.0.2', 8080]);
    equal(
      wire.head,
      'GET /healthz?x=1 HTTP/1.1\r\nHost: 10.88.0.2:8080\r\nUser-Agent: kube-probe/1.36\r\nAccept: */*\r\nX-A: b\r\nConnection: close\r\n\r\n',
    );
  });
});

describe('probeTcpTarget()', () => {
  const TARGETS: readonly (readonly [what: string, action: TCPSocketAction, target: unknown])[] = [
    ['the Pod', { port: 80 }, { hostname: '10.88.0.2', port: 80 }],
    ['the Pod, for an empty host', { port: 80, host: '' }, { hostname: '10.88.0.2', port: 80 }],
    ['the host that is named', { port: 80, host: 'db.example' }, { hostname: 'db.example', port: 80 }],
    ['a port by its name', { port: 'web' }, { hostname: '10.88.0.2', port: 8080 }],
    ['a port in words', { port: '81' }, { hostname: '10.88.0.2', port: 81 }],
    ['no port of an unknown name', { port: 'admin' }, { error: 'strconv.Atoi: parsing "admin": invalid syntax' }],
    ['no port that there cannot be', { port: 70000 }, { error: 'invalid port number: 70000' }],
  ];
  for (const [what, action, target] of TARGETS) it(`is ${what}`, () => deepEqual(probeTcpTarget(action, owner), target));
});

describe('probeArgv()', () => {
  it('expands what is written literally, once, and empties what comes from elsewhere', () => {
    const command = ['sh', '-c', '$(A) $(B) $(OF_THE_NODE) $(NOTHING) $(MISSING) $$(A) $A'];
    deepEqual(probeArgv(command, container), ['sh', '-c', 'one $(A)   $(MISSING) $(A) $A']);
  });

  it('leaves a command without variables alone', () => deepEqual(probeArgv(['cat', '/tmp/x'], {}), ['cat', '/tmp/x']));
});

describe('probeExecId()', () => {
  it('is none of a hook', () => equal(probeExecId('liveness-x-1'), 'probe-liveness-x-1'));
});
