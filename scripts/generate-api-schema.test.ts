import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';

test('src/apiserver/gen is what generate-api-schema.ts makes of the installed API', () => {
  const { status, stderr } = spawnSync(process.execPath, [join(import.meta.dirname, 'generate-api-schema.ts'), '--check'], {
    encoding: 'utf8',
  });
  assert.deepEqual({ status, stderr }, { status: 0, stderr: '' });
});
