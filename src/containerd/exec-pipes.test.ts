import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { hasCode } from '../ports/hooklet-error.ts';
import { ExecPipes } from './exec-pipes.ts';
import { FifoReader } from './fifo-reader.ts';

const owner = { containerId: 'c1', execId: 'postStart-1', argv: ['true'] };

function newRoot(t: TestContext): string {
  const dir = mkdtempSync(join(tmpdir(), 'hooklet-pipes-'));
  const root = join(dir, 'pipes');
  t.after(() => {
    const pipes = new ExecPipes(root);
    for (const { containerId, execId } of pipes.owners()) pipes.removeOf(containerId, execId);
    pipes.removeSpares();
    rmSync(dir, { recursive: true, force: true });
  });
  return root;
}

/** The processes whose command line ends with that folder. */
const keepers = (dir: string): string[] =>
  readdirSync('/proc').filter((pid) => {
    try {
      return /^\d+$/.test(pid) && readFileSync(`/proc/${pid}/cmdline`, 'utf8').endsWith(`\0${dir}\0`);
    } catch {
      return false;
    }
  });

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5));
}

async function readAll(path: string): Promise<string> {
  const reader = new FifoReader(path);
  reader.start();
  while (reader.readNow(1000) !== 'ended') await new Promise((resolve) => setImmediate(resolve));
  reader.close();
  return reader.kept().head.toString();
}

test('take() gives private pipes that keep what was written though nobody reads and the writer is gone', async (t) => {
  const { stdout, stderr, dir } = await new ExecPipes(newRoot(t)).take(owner);
  assert.deepEqual(
    [stdout, stderr].map((path) => [statSync(path).isFIFO(), statSync(path).mode & 0o777]),
    [
      [true, 0o600],
      [true, 0o600],
    ],
  );
  assert.equal(statSync(dir).mode & 0o777, 0o700);
  execFileSync('sh', ['-c', `echo out >"${stdout}"; echo err >"${stderr}"`]);
  assert.equal(keepers(dir).length, 1);
  assert.equal(await readAll(stdout), 'out\n');
  assert.equal(await readAll(stderr), 'err\n');
});

test('a reader that comes after another has what that one took', async (t) => {
  const { stdout } = await new ExecPipes(newRoot(t)).take(owner);
  execFileSync('sh', ['-c', `echo one >"${stdout}"`]);
  assert.equal(await readAll(stdout), 'one\n');
  execFileSync('sh', ['-c', `echo two >"${stdout}"`]);
  assert.equal(await readAll(stdout), 'one\ntwo\n');
});

test('the keeper is in a session of its own', async (t) => {
  const { dir } = await new ExecPipes(newRoot(t)).take(owner);
  const [pid = ''] = keepers(dir);
  assert.equal(readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ')[3], pid);
});

test('removeOf() ends the keeper and removes the folder; it knows pipes of an earlier agent', async (t) => {
  const root = newRoot(t);
  const { dir, stdout } = await new ExecPipes(root).take(owner);
  const later = new ExecPipes(root);
  assert.deepEqual([later.owners(), later.ownerOf(stdout)], [[owner], owner]);
  later.removeOf('c1', 'another');
  assert.ok(existsSync(dir));
  later.removeOf('c1', 'postStart-1');
  later.removeOf('c1', 'postStart-1');
  assert.equal(existsSync(dir), false);
  await until(() => keepers(dir).length === 0);
});

test('prepare() makes spares once; take() uses them up; close() ends the rest', async (t) => {
  const root = newRoot(t);
  const pipes = new ExecPipes(root);
  pipes.prepare();
  pipes.prepare();
  const taken = await pipes.take(owner);
  assert.equal(readdirSync(root).length, 2);
  pipes.close();
  assert.deepEqual(
    readdirSync(root).map((name) => join(root, name)),
    [taken.dir],
  );
  assert.equal(keepers(taken.dir).length, 1);
});

test('close() also ends a keeper that is just being made', async (t) => {
  const root = newRoot(t);
  const pipes = new ExecPipes(root);
  pipes.prepare();
  const dirs = readdirSync(root).map((name) => join(root, name));
  pipes.close();
  assert.equal(dirs.length, 2);
  await until(() => dirs.every((dir) => keepers(dir).length === 0 && !existsSync(dir)));
});

test('removeSpares() ends what a killed agent had in reserve, and nothing that an exec owns', async (t) => {
  const root = newRoot(t);
  const first = new ExecPipes(root);
  const { dir } = await first.take(owner);
  first.prepare();
  const all = readdirSync(root).map((name) => join(root, name));
  await until(() => all.every((one) => keepers(one).length === 1));
  new ExecPipes(root).removeSpares();
  assert.deepEqual(
    readdirSync(root).map((name) => join(root, name)),
    [dir],
  );
  await until(() => all.filter((one) => one !== dir).every((one) => keepers(one).length === 0));
  assert.equal(keepers(dir).length, 1);
});

test('an agent never takes its own pairs for those of an earlier one', async (t) => {
  const root = newRoot(t);
  const earlier = { ...owner, execId: 'postStart-1' };
  await new ExecPipes(root).take(earlier);
  const pipes = new ExecPipes(root);
  await pipes.take({ ...owner, execId: 'preStop-1' });
  pipes.prepare();
  const all = readdirSync(root);
  pipes.removeSpares();
  assert.deepEqual(readdirSync(root), all);
  assert.deepEqual(pipes.earlierOwners(), [earlier]);
  pipes.close();
});

test('a start is remembered for as long as the pipes are there', async (t) => {
  const root = newRoot(t);
  const { stdout } = await new ExecPipes(root).take(owner);
  assert.equal(new ExecPipes(root).wasStarted(stdout), false);
  new ExecPipes(root).markStarted(stdout);
  assert.equal(new ExecPipes(root).wasStarted(stdout), true);
});

test('a path from outside never leads out of the folder', async (t) => {
  const root = newRoot(t);
  const pipes = new ExecPipes(root);
  await pipes.take(owner);
  writeFileSync(join(dirname(root), 'exec'), JSON.stringify(owner));
  assert.equal(pipes.ownerOf(join(dirname(root), 'stdout')), undefined);
});

test('take() says what is wrong when pipes cannot be made', async (t) => {
  const root = newRoot(t);
  writeFileSync(root, 'a file');
  await assert.rejects(new ExecPipes(root).take(owner), (error) => hasCode(error, 'hostLacks') && error.message.includes(root));
});
