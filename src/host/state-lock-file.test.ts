import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { stateLockContract } from '../ports/state-lock.contract.ts';
import { StateLockFile } from './state-lock-file.ts';

function temporaryDirectory(t: TestContext): string {
  const directory = mkdtempSync(join(tmpdir(), 'hooklet-lock-'));
  t.after(() => rmSync(directory, { recursive: true }));
  return directory;
}

const lockIn = (stateDir: string, command = 'hooklet run'): StateLockFile =>
  new StateLockFile({ stateDir, lockFile: join(stateDir, 'lock'), command });

stateLockContract('StateLockFile', (t) => {
  const stateDir = join(temporaryDirectory(t), 'state');
  return { lock: () => lockIn(stateDir) };
});

/** A process that takes the lock, says so, and holds it until it is killed. */
async function holderProcess(t: TestContext, stateDir: string): Promise<ChildProcess> {
  const program = `
    import { StateLockFile } from ${JSON.stringify(new URL('state-lock-file.ts', import.meta.url).href)};
    const stateDir = ${JSON.stringify(stateDir)};
    await new StateLockFile({ stateDir, lockFile: stateDir + '/lock', command: 'hooklet up' }).acquire();
    console.log('held');
    setInterval(() => {}, 60_000);`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', program], { stdio: ['ignore', 'pipe', 'inherit'] });
  t.after(() => child.kill('SIGKILL'));
  await Promise.race([
    once(child.stdout, 'data'),
    once(child, 'exit').then(() => assert.fail('the process that should hold the lock has ended')),
  ]);
  return child;
}

describe('StateLockFile', () => {
  it('names the state directory, the holder and the remedy to another process, and is free after kill -9 of the holder', async (t) => {
    const stateDir = join(temporaryDirectory(t), 'state');
    const child = await holderProcess(t, stateDir);
    const message = `the state directory '${stateDir}' is in use by 'hooklet up' (pid ${child.pid}); give it Pods with 'hooklet apply -f FILE --state-dir ${stateDir}'; end that first, or use another one with --state-dir`;
    await assert.rejects(lockIn(stateDir).acquire(), { code: 'stateLocked', message });
    // A second try closed its own descriptor: the holder's lock must not suffer from that.
    await assert.rejects(lockIn(stateDir).acquire(), { code: 'stateLocked', message });
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
    const held = await lockIn(stateDir).acquire();
    held.release();
  });

  it('says that somebody holds it when the text beside it is unreadable', async (t) => {
    const stateDir = temporaryDirectory(t);
    const held = await lockIn(stateDir).acquire();
    for (const text of ['', '{"command":1}', 'null']) {
      writeFileSync(join(stateDir, 'lock.holder'), text);
      await assert.rejects(lockIn(stateDir).acquire(), { message: /is in use by another hooklet; end that first/ });
    }
    held.release();
  });

  it('makes private files, and takes its text away with release()', async (t) => {
    const stateDir = join(temporaryDirectory(t), 'state');
    const held = await lockIn(stateDir).acquire();
    assert.equal(statSync(stateDir).mode & 0o777, 0o700);
    assert.deepEqual(readdirSync(stateDir).sort(), ['lock', 'lock.holder']);
    for (const name of readdirSync(stateDir)) assert.equal(statSync(join(stateDir, name)).mode & 0o777, 0o600);
    held.release();
    assert.deepEqual(readdirSync(stateDir), ['lock']);
  });

  it('names a lock file that cannot be one', async (t) => {
    const stateDir = temporaryDirectory(t);
    writeFileSync(join(stateDir, 'lock'), 'something else entirely'.repeat(100));
    await assert.rejects(lockIn(stateDir).acquire(), {
      code: 'hostLacks',
      message: /^locking the state directory '.*' failed: file is not a database; check/,
    });
    const file = join(stateDir, 'a-file');
    writeFileSync(file, '');
    await assert.rejects(lockIn(join(file, 'state')).acquire(), { code: 'hostLacks' });
  });
});
