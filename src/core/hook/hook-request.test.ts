import { deepEqual, equal, ok } from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { HTTPGetAction } from '../../model/pod.ts';
import { canonicalName } from '../http/http-headers.ts';
import { HOOK_CLIENT, httpGetRequest, wireRequest } from '../http/http-request.ts';
import { deliveryHeaders, plainHttpRequest } from './hook-request.ts';

const action: HTTPGetAction = {
  scheme: 'HTTPS',
  port: 8443,
  path: '//u:p@x/y?z',
  httpHeaders: [
    { name: 'authorization', value: 'secret' },
    { name: 'x-a', value: 'b' },
    { name: 'host', value: 'h' },
  ],
};

describe('plainHttpRequest()', () => {
  it('keeps URL and headers, without TLS and without credentials', () => {
    const secure = httpGetRequest(
      action,
      { container: { name: 'main', image: 'i', imagePullPolicy: 'Never' }, address: '10.88.0.2' },
      HOOK_CLIENT,
    );
    ok(!('error' in secure));
    const sent = wireRequest(plainHttpRequest(secure));
    ok(!('error' in sent));
    deepEqual([sent.scheme, sent.hostname, sent.port], ['http', '10.88.0.2', 8443]);
    equal(
      sent.head,
      'GET /y?z HTTP/1.1\r\nHost: h\r\nUser-Agent: kube-lifecycle/1.36\r\nAccept: */*\r\nX-A: b\r\nAccept-Encoding: gzip\r\n\r\n',
    );
  });
});

describe('deliveryHeaders()', () => {
  it('are canonical, as all others', () => {
    for (const { name } of deliveryHeaders({ delivery: 'u/main/0/preStop', attempt: 2, retry: 1 })) equal(name, canonicalName(name));
  });
});
