import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { it } from 'node:test';
import { notifySystemd } from './notify-systemd.ts';

it("notifySystemd() calls systemd's own program where systemd asked for it, and minds nothing else", async (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'hooklet-notify-'));
  t.after(() => rmSync(directory, { recursive: true }));
  const told = join(directory, 'told');
  await writeFile(join(directory, 'systemd-notify'), `#!/bin/sh\necho "$NOTIFY_SOCKET $*" >> "${told}"\nexit 1\n`, { mode: 0o755 });
  const env = { PATH: `${directory}:/bin:/usr/bin` };
  await notifySystemd('READY=1', env);
  await assert.rejects(readFile(told), { code: 'ENOENT' });
  await notifySystemd('READY=1', { ...env, NOTIFY_SOCKET: '/run/notify' });
  assert.equal(await readFile(told, 'utf8'), '/run/notify READY=1\n');
  await notifySystemd('READY=1', { PATH: '/nowhere', NOTIFY_SOCKET: '/run/notify' });
});
