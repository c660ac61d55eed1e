import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readdirSync } from 'node:fs';
import type { IncomingHttpHeaders } from 'node:http';
import { describe, it } from 'node:test';
import { gunzipSync } from 'node:zlib';
import type { ApiResponse } from './api-request.ts';
import { OPENAPI_DOCUMENTS } from './gen/openapi-index.ts';
import { answerOpenApi } from './openapi.ts';
import { StatusError } from './status-error.ts';

const PROTOBUF = 'application/com.github.proto-openapi.spec.v2@v1.0+protobuf';

function ask(url: string, headers: IncomingHttpHeaders = {}): Promise<ApiResponse> {
  const { pathname, searchParams } = new URL(url, 'http://localhost');
  return answerOpenApi({ path: pathname, query: searchParams, headers });
}

const bytesOf = ({ body, headers }: ApiResponse): Buffer => {
  assert.ok(body instanceof Uint8Array);
  return headers['content-encoding'] === 'gzip' ? gunzipSync(body) : Buffer.from(body);
};
const codeOf = (code: number) => (error: unknown) => error instanceof StatusError && error.code === code;

describe('answerOpenApi()', () => {
  it('names a document for each group version, and sends it under the URL that it named', async () => {
    const index = JSON.parse(bytesOf(await ask('/openapi/v3')).toString()) as { paths: Record<string, { serverRelativeURL: string }> };
    const names = ['api/v1', 'apis/apps/v1', 'apis/authentication.k8s.io/v1', 'apis/authorization.k8s.io/v1', 'apis/batch/v1'];
    const more = ['coordination', 'events', 'node', 'scheduling'].map((group) => `apis/${group}.k8s.io/v1`);
    assert.deepEqual(Object.keys(index.paths), [...names, ...more]);
    for (const [name, { serverRelativeURL }] of Object.entries(index.paths)) {
      const response = await ask(serverRelativeURL, { accept: 'application/json', 'accept-encoding': 'gzip' });
      const bytes = bytesOf(response);
      assert.deepEqual([response.status, response.headers['content-type']], [200, 'application/json']);
      assert.match(String(response.headers['cache-control']), /immutable/);
      const hash = createHash('sha256').update(bytes).digest('hex').toUpperCase();
      assert.equal(response.headers['etag'], `"${hash}"`);
      const document = JSON.parse(bytes.toString()) as { openapi: string; paths: object };
      assert.equal(document.openapi, '3.0.0');
      assert.ok(Object.keys(document.paths).every((path) => path.startsWith(`/${name}/`)));
    }
  });

  it('sends what is stored to who takes gzip, and the same bytes unpacked to who does not', async () => {
    const packed = await ask('/openapi/v3/api/v1', { 'accept-encoding': 'deflate, gzip;q=1.0' });
    assert.equal(packed.headers['content-encoding'], 'gzip');
    for (const encoding of ['', 'identity', 'gzip;q=0', 'br, gzip; q=0.000', 'xgzip']) {
      const plain = await ask('/openapi/v3/api/v1', { 'accept-encoding': encoding });
      assert.equal(plain.headers['content-encoding'], undefined, encoding);
      assert.ok(bytesOf(plain).equals(bytesOf(packed)));
    }
  });

  it('sends version 2 as JSON or protobuf, whichever the client prefers', async () => {
    const json = await ask('/openapi/v2');
    assert.equal(json.headers['content-type'], 'application/json');
    const { swagger, definitions } = JSON.parse(bytesOf(json).toString()) as { swagger: string; definitions: object };
    assert.equal(swagger, '2.0');
    assert.ok('io.k8s.api.core.v1.Pod' in definitions && 'io.k8s.api.batch.v1.CronJob' in definitions);
    for (const accept of [PROTOBUF, `${PROTOBUF.replace('@', '.')}, application/json;q=0.5`]) {
      const binary = await ask('/openapi/v2', { accept });
      assert.equal(binary.headers['content-type'], 'application/com.github.proto-openapi.spec.v2.v1.0+protobuf');
      // Field 1 is a text of three bytes: the version.
      assert.equal(bytesOf(binary).subarray(0, 5).toString('latin1'), '\x0a\x032.0');
    }
  });

  it('refuses forms that it does not have, and paths', async () => {
    await assert.rejects(ask('/openapi/v3/api/v1', { accept: PROTOBUF }), codeOf(406));
    await assert.rejects(ask('/openapi/v2', { accept: 'text/html' }), codeOf(406));
    for (const path of [
      '/openapi',
      '/openapi/',
      '/openapi/v3/',
      '/openapi/v3/apis/x/v1',
      '/openapi/v2.pb',
      '/openapi/constructor',
      '/openapi/v3/../v2.json',
    ]) {
      await assert.rejects(answerOpenApi({ path, query: new URLSearchParams(), headers: {} }), codeOf(404), path);
    }
  });

  it('sends no document under the hash of another', async () => {
    const url = `/openapi/v3/api/v1?hash=${OPENAPI_DOCUMENTS['v3/api/v1']?.json.hash}`;
    const { status, headers } = await ask('/openapi/v3/api/v1?hash=0123');
    assert.deepEqual([status, headers['location']], [301, url]);
    assert.equal((await ask(url)).status, 200);
  });

  it('sends nothing to who has it already', async () => {
    const { headers } = await ask('/openapi/v3/api/v1');
    const etag = String(headers['etag']);
    for (const tag of [etag, `W/${etag}`, `"x", ${etag}`, '*']) {
      const again = await ask('/openapi/v3/api/v1', { 'if-none-match': tag });
      assert.deepEqual([again.status, again.body.constructor === Uint8Array && again.body.length], [304, 0], tag);
    }
    assert.equal((await ask('/openapi/v3/api/v1', { 'if-none-match': '"x"' })).status, 200);
  });

  it('knows every document that lies there', () => {
    const stored = readdirSync(new URL('gen/openapi/', import.meta.url));
    const known = Object.values(OPENAPI_DOCUMENTS).flatMap(({ json, protobuf }) => [
      json.file,
      ...(protobuf === undefined ? [] : [protobuf.file]),
    ]);
    assert.deepEqual(stored.toSorted(), known.toSorted());
  });
});
