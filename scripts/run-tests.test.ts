import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { chooseTests } from './run-tests.ts';

const files = ['src/core/a.test.ts', 'scripts/b.test.ts', 'test/e2e/c.test.ts', 'test/long/d.test.ts'];
const nothing = { units: false, all: false, paths: [] };

describe('chooseTests()', () => {
  it('takes everything but the long ones', () => {
    assert.deepEqual(chooseTests(files, nothing), ['src/core/a.test.ts', 'scripts/b.test.ts', 'test/e2e/c.test.ts']);
  });

  it('takes the long ones too when all are asked for', () => {
    assert.deepEqual(chooseTests(files, { ...nothing, all: true }), files);
  });

  it('takes only what lies beside the code for the units', () => {
    assert.deepEqual(chooseTests(files, { ...nothing, units: true }), ['src/core/a.test.ts', 'scripts/b.test.ts']);
  });

  it('takes what a path names, long or not', () => {
    assert.deepEqual(chooseTests(files, { ...nothing, paths: ['./test/long', 'src/core'] }), ['src/core/a.test.ts', 'test/long/d.test.ts']);
  });
});
