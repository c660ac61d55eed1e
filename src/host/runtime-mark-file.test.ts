import { deepEqual, equal, throws } from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { hasCode } from '../ports/hooklet-error.ts';
import { RuntimeMarkFile } from './runtime-mark-file.ts';

describe('RuntimeMarkFile', () => {
  let dir: string;
  before(() => {
    dir = mkdtempSync(join(tmpdir(), 'hooklet-mark-'));
  });
  after(() => rmSync(dir, { recursive: true }));

  it('read() gives what was written last, and nothing before', () => {
    const file = join(dir, 'runtime');
    equal(new RuntimeMarkFile(file).read(), undefined);
    for (const name of ['own', 'unix:///run/x.sock']) {
      new RuntimeMarkFile(file).write(name);
      equal(new RuntimeMarkFile(file).read(), name);
    }
    deepEqual(readdirSync(dir), ['runtime']);
    equal(statSync(file).mode & 0o777, 0o600);
  });

  it('says what cannot be written or read', () => {
    const lost = new RuntimeMarkFile(join(dir, 'nowhere', 'runtime'));
    throws(
      () => lost.write('own'),
      (error) => hasCode(error, 'hostLacks') && /Cannot write ".*nowhere\/runtime"/.test(error.message),
    );
    throws(
      () => new RuntimeMarkFile(dir).read(),
      (error) => hasCode(error, 'hostLacks') && error.message.startsWith('Cannot read'),
    );
  });
});
