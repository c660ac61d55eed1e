import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { podObjectsContract } from '../ports/pod-objects.contract.ts';
import type { TokenRequest } from '../ports/pod-objects.ts';
import { MemoryPodObjects } from './memory-pod-objects.ts';

podObjectsContract('MemoryPodObjects', () => {
  const objects = new MemoryPodObjects();
  return {
    objects,
    setConfigMap: (...args) => objects.setConfigMap(...args),
    setSecret: (...args) => objects.setSecret(...args),
  };
});

describe('MemoryPodObjects', () => {
  it('serviceAccountToken() gives what the test issues, and remembers who asked', async () => {
    const objects = new MemoryPodObjects();
    const request: TokenRequest = {
      namespace: 'shop',
      serviceAccount: 'a',
      audience: '',
      expirationSeconds: 600,
      pod: { name: 'p', uid: 'u' },
    };
    await assert.rejects(objects.serviceAccountToken(request), /nobody issues tokens for "a"/);
    objects.issue = ({ serviceAccount }) => ({ token: `of ${serviceAccount}`, expiresAtMs: 5 });
    assert.deepEqual(await objects.serviceAccountToken(request), { token: 'of a', expiresAtMs: 5 });
    assert.deepEqual(objects.tokenRequests, [request, request]);
  });
});
