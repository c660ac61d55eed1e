import assert from 'node:assert/strict';
import { linkSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { diskUsage } from './disk-usage.ts';

const MIB = 1024 * 1024;

describe('diskUsage()', () => {
  it('counts what is on the disk once, in any depth, and nothing behind a link', async (t) => {
    const directory = mkdtempSync(join(tmpdir(), 'hooklet-usage-'));
    t.after(() => rmSync(directory, { recursive: true, force: true }));
    const [volume, outside] = [join(directory, 'volume'), join(directory, 'outside')];
    mkdirSync(join(volume, ...Array<string>(40).fill('deep')), { recursive: true });
    mkdirSync(outside);
    writeFileSync(join(outside, 'big'), Buffer.alloc(4 * MIB, 1));
    symlinkSync(outside, join(volume, 'link'));
    const empty = await diskUsage(volume);
    assert.ok(empty < MIB, String(empty));
    writeFileSync(join(volume, ...Array<string>(40).fill('deep'), 'file'), Buffer.alloc(2 * MIB, 1));
    linkSync(join(volume, ...Array<string>(40).fill('deep'), 'file'), join(volume, 'again'));
    const full = await diskUsage(volume);
    assert.ok(full - empty >= 2 * MIB && full - empty < 2.5 * MIB, String(full - empty));
  });

  it('rejects for what is not there', async () => {
    await assert.rejects(diskUsage('/nowhere/at/all'), {
      code: 'hostLacks',
      message: /^Cannot tell how much "\/nowhere\/at\/all" holds: /,
    });
  });
});
