import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isOwnMount } from './own-mounts.ts';

describe('isOwnMount()', () => {
  const OWN = ['managed', 'volumes/kubernetes.io~secret/s', 'volume-subpaths/v/main/0'];
  const FOREIGN = [
    '',
    'managed/etc-hosts',
    'volumes',
    'volumes/kubernetes.io~empty-dir',
    'volumes/kubernetes.io~empty-dir/v/below',
    'volume-subpaths/v/main/0/below',
    'other',
  ];
  for (const path of OWN) it(`is true for "${path}"`, () => assert.equal(isOwnMount(path), true));
  for (const path of FOREIGN) it(`is false for "${path}"`, () => assert.equal(isOwnMount(path), false));
});
