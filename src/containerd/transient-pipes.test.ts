import { deepEqual, equal, notEqual, rejects } from 'node:assert/strict';
import {
  closeSync,
  constants,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { until } from '../../test/network/raw-receiver.ts';
import { hasCode } from '../ports/hooklet-error.ts';
import { TransientPipes } from './transient-pipes.ts';

let root: string;
beforeEach(() => {
  root = join(mkdtempSync(join(tmpdir(), 'hooklet-transient-')), 'pipes');
});
afterEach(() => {
  const last = new TransientPipes(root);
  for (const { dir } of last.earlier()) last.removeEarlier(dir);
  rmSync(dirname(root), { recursive: true, force: true });
});

const agent = (): TransientPipes => new TransientPipes(root);

/** Shells whose last word is a folder below the root. */
const keepers = (): number =>
  readdirSync('/proc').filter((name) => {
    try {
      return dirname(readFileSync(`/proc/${name}/cmdline`, 'utf8').split('\0').at(-2) ?? '') === root;
    } catch {
      return false;
    }
  }).length;

const ref = (execId: string) => ({ containerId: 'c1', execId });

describe('TransientPipes', () => {
  it('take() gives a pipe of its own to each, for nobody else to open, and six to a keeper', async () => {
    const pipes = agent();
    const taken = await Promise.all(Array.from({ length: 20 }, (_, index) => pipes.take(ref(`e${index}`))));
    equal(new Set(taken).size, 20);
    for (const pipe of taken) equal(statSync(pipe).isFIFO() && (statSync(pipe).mode & 0o777) === 0o600, true);
    deepEqual([statSync(root).mode & 0o777, statSync(dirname(taken[0] ?? '')).mode & 0o777], [0o700, 0o700]);
    equal(keepers(), 4);
  });

  it('a writer never waits for a reader', async () => {
    const pipe = await agent().take(ref('a'));
    const writer = openSync(pipe, constants.O_WRONLY | constants.O_NONBLOCK);
    writeSync(writer, 'nobody reads');
    closeSync(writer);
  });

  it('giveBack() lets a pipe be used again that has seen its end, and no other', async () => {
    const pipes = agent();
    const first = await pipes.take(ref('a'));
    pipes.giveBack(first, { ended: true });
    pipes.giveBack(first, { ended: true });
    equal(await pipes.take(ref('b')), first);
    notEqual(await pipes.take(ref('c')), first);
    pipes.giveBack(first, { ended: false });
    equal(existsSync(first), false);
    notEqual(await pipes.take(ref('d')), first);
  });

  it('a batch goes with its keeper when none of its pipes is of use any more', async () => {
    const pipes = agent();
    const taken = await Promise.all(Array.from({ length: 6 }, (_, index) => pipes.take(ref(`e${index}`))));
    for (const pipe of taken) {
      deepEqual([readdirSync(root).length, keepers()], [1, 1]);
      pipes.giveBack(pipe, { ended: false });
    }
    deepEqual(readdirSync(root), []);
    await until(() => keepers() === 0, 'the keeper has ended');
    equal(existsSync(await pipes.take(ref('next'))), true);
  });

  it('earlier() names what another agent had in use, and not what this one has', async () => {
    const before = agent();
    await before.take(ref('left'));
    const done = await before.take(ref('done'));
    before.giveBack(done, { ended: true });
    writeFileSync(`${await before.take(ref('torn'))}.exec`, '{"contai');
    const pipes = agent();
    await pipes.take(ref('own'));
    mkdirSync(join(root, 'pOfAnotherKind'));
    const [earlier, ...others] = pipes.earlier();
    deepEqual([earlier?.owners, others], [[ref('left')], []]);
    pipes.removeEarlier(earlier?.dir ?? '');
    deepEqual([pipes.earlier(), readdirSync(root).length], [[], 2]);
    await until(() => keepers() === 1, 'its keeper has ended');
  });

  it('close() removes what is not in use, and leaves the rest to the next agent', async () => {
    const pipes = agent();
    const pipe = await pipes.take(ref('a'));
    pipes.close();
    deepEqual(agent().earlier()[0]?.owners, [ref('a')]);
    pipes.giveBack(pipe, { ended: true });
    pipes.close();
    deepEqual(readdirSync(root), []);
    await until(() => keepers() === 0, 'the keeper has ended');
    new TransientPipes(join(root, 'never')).close();
  });

  it('take() says what is wrong where no pipe can be made', async () => {
    writeFileSync(root, '');
    await rejects(agent().take(ref('a')), (error) => hasCode(error, 'hostLacks') && error.message.includes(root));
  });
});
