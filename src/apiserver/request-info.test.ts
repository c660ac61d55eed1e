import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { readRequestInfo } from './request-info.ts';
import { StatusError } from './status-error.ts';

const read = (target: string): string => {
  const [method = '', url = ''] = target.split(' ');
  const [path = '', query = ''] = url.split('?');
  const info = readRequestInfo(method, path, new URLSearchParams(query));
  if (info.kind === 'path') return `path ${info.verb} ${info.path}`;
  const { verb, group, version, namespace, resource, name, subresource, rest } = info;
  return [verb, `${group}/${version}`, namespace, resource, name, subresource, rest].map((part) => part || '-').join(' ');
};

describe('readRequestInfo', () => {
  const cases: readonly (readonly [target: string, expected: string])[] = [
    ['GET /api/v1/pods', 'list /v1 - pods - - -'],
    ['GET /api/v1/pods?watch=true', 'watch /v1 - pods - - -'],
    ['GET /api/v1/pods?watch=0', 'list /v1 - pods - - -'],
    ['GET /api/v1/watch/namespaces/a/pods', 'watch /v1 a pods - - -'],
    ['HEAD /api/v1/namespaces/a/pods/p', 'get /v1 a pods p - -'],
    ['POST /api/v1/namespaces/a/pods', 'create /v1 a pods - - -'],
    ['POST /api/v1/namespaces/a/pods/p/exec', 'create /v1 a pods p exec -'],
    ['GET /api/v1/namespaces/a/pods/p/proxy/x/y', 'get /v1 a pods p proxy /x/y'],
    ['PUT /api/v1/namespaces/a/finalize', 'update /v1 - namespaces a finalize -'],
    ['GET /api/v1/namespaces/a/status', 'get /v1 - namespaces a status -'],
    ['GET /api/v1/namespaces/a', 'get /v1 - namespaces a - -'],
    ['DELETE /api/v1/namespaces/a/pods', 'deletecollection /v1 a pods - - -'],
    ['PATCH /apis/coordination.k8s.io/v1/namespaces/n/leases/l', 'patch coordination.k8s.io/v1 n leases l - -'],
    ['DELETE /apis/node.k8s.io/v1/runtimeclasses/r', 'delete node.k8s.io/v1 - runtimeclasses r - -'],
    ['GET /apis/apps', 'path get /apis/apps'],
    ['GET /apis/apps/v1', 'path get /apis/apps/v1'],
    ['GET /api/v1/', 'path get /api/v1/'],
    ['GET /healthz', 'path get /healthz'],
    ['GET /', 'path get /'],
  ];
  for (const [target, expected] of cases) it(`reads ${target}`, () => assert.equal(read(target), expected));

  it('takes no component that would be another path', () => {
    for (const name of ['..', '%2e%2e', 'a%2fb', 'a%00', '%']) {
      assert.throws(() => read(`GET /api/v1/namespaces/a/pods/${name}`), StatusError, name);
    }
  });

  it('whatever comes is read or refused', () => {
    fc.assert(
      fc.property(fc.webPath(), (path) => {
        try {
          readRequestInfo('GET', `/api${path}`, new URLSearchParams());
        } catch (error) {
          assert.ok(error instanceof StatusError);
        }
      }),
    );
  });
});
