import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { injectedInto, inSession } from './process-session.ts';

interface Process {
  readonly pid: number;
  readonly parent: number;
  readonly session: number;
  readonly command?: string;
  readonly state?: string;
  readonly argv?: readonly string[];
}

function newProc(t: TestContext, processes: readonly Process[]): string {
  const proc = mkdtempSync(join(tmpdir(), 'hooklet-proc-'));
  t.after(() => rmSync(proc, { recursive: true, force: true }));
  for (const { pid, parent, session, command = 'sh', state = 'S', argv = [] } of processes) {
    mkdirSync(join(proc, String(pid)));
    writeFileSync(join(proc, String(pid), 'stat'), `${pid} (${command}) ${state} ${parent} ${session} ${session} 0 -1 4194304`);
    writeFileSync(join(proc, String(pid), 'cmdline'), argv.map((arg) => `${arg}\0`).join(''));
  }
  return proc;
}

test('inSession() picks the living processes of the session, whatever their names', (t) => {
  const proc = newProc(t, [
    { pid: 10, parent: 1, session: 10 },
    { pid: 11, parent: 10, session: 10, command: 'a) S 1 2 3 (b' },
    { pid: 12, parent: 10, session: 10, state: 'Z' },
    { pid: 13, parent: 10, session: 13 },
  ]);
  assert.deepEqual(inSession(10, [10, 11, 12, 13, 14], proc), [10, 11]);
});

test('injectedInto() picks children of the shim with these arguments, not those of the container', (t) => {
  const argv = ['sh', '-c', 'echo hi'];
  const proc = newProc(t, [
    { pid: 20, parent: 5, session: 20, argv },
    { pid: 21, parent: 5, session: 21, argv },
    { pid: 22, parent: 20, session: 22, argv },
    { pid: 23, parent: 5, session: 23, argv: ['sh', '-c', 'echo hi', ''] },
  ]);
  assert.deepEqual(injectedInto({ init: 20, argv, pids: [20, 21, 22, 23, 24] }, proc), [21]);
  assert.deepEqual(injectedInto({ init: 99, argv, pids: [20, 21] }, proc), []);
});
