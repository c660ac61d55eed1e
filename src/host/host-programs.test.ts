import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, it } from 'node:test';
import { hasCode } from '../ports/hooklet-error.ts';
import { HostPrograms } from './host-programs.ts';

describe('HostPrograms', () => {
  const programs = new HostPrograms('/usr/bin:/bin');

  it("looks in root's directories too, once each", () => {
    assert.equal(programs.searchPath, '/usr/bin:/bin:/usr/local/sbin:/usr/sbin:/sbin');
    assert.equal(new HostPrograms('/sbin:').searchPath, '/sbin:/usr/local/sbin:/usr/sbin');
  });

  it('find() gives the path of a program, not of a directory', () => {
    assert.equal(programs.find('sh'), '/usr/bin/sh');
    assert.equal(programs.find('no-such-program'), undefined);
    assert.equal(new HostPrograms('/usr').find('bin'), undefined);
  });

  it('run() passes input on and gives the output', async () => {
    assert.equal(await programs.run('cat', [], 'hello'), 'hello');
  });

  it('run() says what failed, with its own words', async () => {
    await assert.rejects(
      programs.run('sh', ['-c', 'echo no room >&2; exit 3']),
      (error) => hasCode(error, 'hostLacks') && /3: no room$/.test(error.message),
    );
    await assert.rejects(
      programs.run('no-such-program', []),
      (error) => hasCode(error, 'hostLacks') && error.message.includes('"no-such-program"'),
    );
  });

  it('run() ends a program that does not end, and waits for nothing that it leaves behind', async () => {
    const impatient = new HostPrograms('/usr/bin:/bin', { timeoutMs: 100 });
    const pidFile = join(mkdtempSync(join(tmpdir(), 'hooklet-programs-')), 'pid');
    try {
      await assert.rejects(
        impatient.run('sh', ['-c', `sleep 60 & echo $! > ${pidFile}; trap "" TERM; while :; do wait; done`]),
        (error) => hasCode(error, 'hostLacks') && /did not end within 0.1 s/.test(error.message),
      );
      assert.equal(await impatient.run('true', []), '');
    } finally {
      process.kill(Number(readFileSync(pidFile, 'utf8')));
      rmSync(dirname(pidFile), { recursive: true });
    }
  });

  it('run() copes with a program that does not read its input', async () => {
    assert.equal(await programs.run('true', [], 'x'.repeat(1_000_000)), '');
  });
});
