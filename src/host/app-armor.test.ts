import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { hasAppArmor } from './app-armor.ts';

describe('hasAppArmor()', () => {
  it('is true only where the kernel has it, it is turned on, and its file system is mounted', (t) => {
    const root = mkdtempSync(join(tmpdir(), 'hooklet-apparmor-'));
    t.after(() => rmSync(root, { recursive: true, force: true }));
    const parameters = join(root, 'sys/module/apparmor/parameters');
    assert.equal(hasAppArmor(root), false);
    mkdirSync(parameters, { recursive: true });
    writeFileSync(join(parameters, 'enabled'), 'Y\n');
    assert.equal(hasAppArmor(root), false);
    mkdirSync(join(root, 'sys/kernel/security/apparmor'), { recursive: true });
    assert.equal(hasAppArmor(root), true);
    writeFileSync(join(parameters, 'enabled'), 'N\n');
    assert.equal(hasAppArmor(root), false);
  });

  it('agrees with what this kernel says of itself', () => {
    if (!existsSync('/sys/module/apparmor')) assert.equal(hasAppArmor(), false);
  });
});
