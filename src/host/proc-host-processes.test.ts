import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, it } from 'node:test';
import { ProcHostProcesses, parseProcStat } from './proc-host-processes.ts';

describe('parseProcStat()', () => {
  it('reads past a name with blanks and parentheses', () => {
    const text = `7 (a) S (b) R 3 ${Array.from({ length: 17 }, (_, index) => index).join(' ')} 4711 0 0`;
    assert.deepEqual(parseProcStat(text), { state: 'R', parentPid: 3, startTicks: '4711' });
  });

  it('gives undefined for nothing', () => assert.equal(parseProcStat(''), undefined));
});

describe('ProcHostProcesses', () => {
  const processes = new ProcHostProcesses();
  const mark = `--mark-${process.pid}`;
  const start = async (t: { after: (fn: () => void) => void }) => {
    const child = spawn('sleep', ['1000'], { argv0: `hooklet-test-sleep${mark}`, env: { MARK: 'a=b' }, stdio: 'ignore' });
    await once(child, 'spawn');
    t.after(() => void child.kill('SIGKILL'));
    const found = processes.find(`hooklet-test-sleep${mark}`)[0];
    assert.ok(found);
    assert.equal(found.pid, child.pid);
    return { child, found };
  };

  it('find() gives argv, parent and environment of a process, by the base name of its program', async (t) => {
    const { found } = await start(t);
    assert.deepEqual(found.argv.slice(1), ['1000']);
    assert.equal(found.parentPid, process.pid);
    assert.equal(processes.variableOf(found, 'MARK'), 'a=b');
    assert.equal(processes.variableOf(found, 'MAR'), undefined);
    assert.deepEqual(processes.find('hooklet-test-slee'), []);
  });

  it('signal() ends it, and isAlive() sees its end', async (t) => {
    const { child, found } = await start(t);
    assert.equal(processes.isAlive(found), true);
    const ended = once(child, 'exit');
    assert.equal(processes.signal(found, 'SIGTERM'), true);
    await ended;
    assert.equal(processes.isAlive(found), false);
    assert.equal(processes.signal(found, 'SIGTERM'), false);
  });

  it('signal() leaves a process alone that has only the same pid', async (t) => {
    const { child, found } = await start(t);
    assert.equal(processes.signal({ ...found, startTicks: '1' }, 'SIGKILL'), false);
    assert.equal(processes.signal({ ...found, argv: ['another'] }, 'SIGKILL'), false);
    assert.equal(processes.isAlive(found), true);
    assert.equal(child.exitCode, null);
  });
});
