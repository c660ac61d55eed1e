import assert from 'node:assert/strict';
import { test } from 'node:test';
import { status } from '@grpc/grpc-js';
import type { ErrorCode } from '../ports/hooklet-error.ts';
import { translateRpcError } from './rpc-error.ts';

/** As containerd 1.6 says them. */
const cases: readonly (readonly [status, string, ErrorCode, string])[] = [
  [status.UNAVAILABLE, 'Connection dropped', 'runtimeUnavailable', 'The container runtime did not answer Call: Connection dropped'],
  [
    status.DEADLINE_EXCEEDED,
    'context deadline exceeded',
    'runtimeUnavailable',
    'The container runtime did not answer Call: context deadline exceeded',
  ],
  [status.CANCELLED, 'context canceled', 'runtimeUnavailable', 'The container runtime did not answer Call: context canceled'],
  [
    status.UNKNOWN,
    'server is not initialized yet',
    'runtimeUnavailable',
    'The container runtime did not answer Call: server is not initialized yet',
  ],
  [status.NOT_FOUND, 'no such thing', 'runtimeNotFound', 'no such thing'],
  [status.ALREADY_EXISTS, 'id x: already exists', 'runtimeAlreadyExists', 'id x: already exists'],
  [
    status.UNKNOWN,
    'failed to reserve container name "c_p_d_u_0": name "c_p_d_u_0" is reserved for "9a"',
    'runtimeNameReserved',
    'failed to reserve container name "c_p_d_u_0": name "c_p_d_u_0" is reserved for "9a"',
  ],
  [
    status.UNKNOWN,
    'failed to set starting state for container "9a": already in starting state',
    'runtimeStarting',
    'failed to set starting state for container "9a": already in starting state',
  ],
  [status.UNKNOWN, 'OCI runtime create failed', 'runtimeFailed', 'OCI runtime create failed'],
];

for (const [code, details, expected, message] of cases) {
  test(`translateRpcError() makes "${details}" ${expected}`, () => {
    const cause = Object.assign(new Error(`${code}: ${details}`), { code, details });
    const error = translateRpcError('Call', cause);
    assert.deepEqual([error.code, error.message, error.cause], [expected, message, cause]);
  });
}

test('translateRpcError() leaves a translated error as it is, and takes what is no gRPC error', () => {
  const translated = translateRpcError('Call', new Error('boom'));
  assert.deepEqual([translated.code, translated.message], ['runtimeFailed', 'boom']);
  assert.equal(translateRpcError('Other', translated), translated);
});
