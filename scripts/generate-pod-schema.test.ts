import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';

test('src/model/gen/pod-schema.ts is what generate-pod-schema.ts makes of the installed API', () => {
  const { status, stderr } = spawnSync(process.execPath, [join(import.meta.dirname, 'generate-pod-schema.ts'), '--check'], {
    encoding: 'utf8',
  });
  assert.deepEqual({ status, stderr }, { status: 0, stderr: '' });
});
