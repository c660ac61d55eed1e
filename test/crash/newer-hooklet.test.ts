/** An upgrade in the middle of everything: a newer program, with a newer journal, takes over what an older one began. */
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { HookletRun } from '../e2e/hooklet-run.ts';
import { CrashLives } from './crash-lives.ts';
import { LONG_POST_START } from './crash-stories.ts';

const root = dirname(dirname(import.meta.dirname));
const NEWER = '99.0.0';
const NEWER_STEP = "\n  'ALTER TABLE records ADD COLUMN note TEXT;',\n];";

/** A copy of this program with a higher version, and one more step in its journal's schema. */
async function newerProgram(): Promise<{ readonly program: string; remove(): Promise<void> }> {
  const copy = await mkdtemp(join(tmpdir(), 'hooklet-newer-'));
  for (const name of ['bin', 'src']) await cp(join(root, name), join(copy, name), { recursive: true });
  await symlink(join(root, 'node_modules'), join(copy, 'node_modules'));
  const manifest = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as object;
  await writeFile(join(copy, 'package.json'), JSON.stringify({ ...manifest, version: NEWER }));
  const schemaFile = join(copy, 'src', 'sqlite', 'journal-schema.ts');
  const schema = await readFile(schemaFile, 'utf8');
  ok(schema.includes("type = 'pod.removed';`,\n];"), 'the steps end otherwise');
  await writeFile(schemaFile, schema.replace('\n];', NEWER_STEP));
  return { program: join(copy, 'bin', 'hooklet'), remove: () => rm(copy, { recursive: true, force: true }) };
}

describe('a newer hooklet', () => {
  let newer: Awaited<ReturnType<typeof newerProgram>>;
  before(async () => {
    newer = await newerProgram();
  });
  after(() => newer.remove());

  for (const how of ['was killed with kill -9', 'has left'] as const) {
    it(`takes over the Pods and the hook in flight of one that ${how}`, async () => {
      const lives = await CrashLives.open();
      try {
        const life = await lives.begin(LONG_POST_START);
        const older = lives.run(life, { endAfterReady: 2 });
        // One container is ready, the other one is in its postStart.
        await lives.untilFelt(life, 'begin b postStart');
        if (how === 'has left') older.tell('leave');
        else await older.kill();
        equal(await older.ended(), how === 'has left' ? 0 : 'SIGKILL', older.account());
        equal(lives.records(life).filter(({ type }) => type === 'hook.finished').length, 1, older.account());

        const args = ['run', life.file, '--state-dir', lives.hooklet.stateDir, '-o', 'json'];
        const run = new HookletRun(spawn(newer.program, args, { stdio: ['ignore', 'pipe', 'pipe'] }));
        const ready = await run.untilOne('container.ready', { container: 'b' });
        run.signal('SIGTERM');
        equal(await run.ended(), 0, run.stderr);

        deepEqual(
          run.all('agent.recovered').map(({ decision, message }) => [decision, message]),
          [['continues', 'its manifest is unchanged']],
        );
        deepEqual(run.all('container.created'), []);
        const finished = run.all('hook.finished', { hook: 'postStart' });
        deepEqual(
          finished.map(({ container, attempt, outcome, exitCode }) => [container, attempt, outcome, exitCode]),
          [['b', 1, 'succeeded', 0]],
        );
        ok(ready.time >= (finished[0]?.time ?? ''));
        equal(run.records.at(-1)?.type, 'pod.removed');
        const begun = (await lives.effects(life))
          .filter((line) => line.startsWith('begin'))
          .map((line) => line.split(' ').slice(1, 3).join(' '));
        deepEqual(begun.sort(), ['a postStart', 'a preStop', 'b postStart', 'b preStop']);

        // The way back is closed, and says so.
        const refused = await lives.hooklet.command('run', life.file);
        equal(refused.code, 3, refused.stderr);
        match(refused.stderr, /has version 2, this hooklet knows versions up to 1; use the newer hooklet that wrote it/);
      } finally {
        await lives.close();
      }
    });
  }
});
