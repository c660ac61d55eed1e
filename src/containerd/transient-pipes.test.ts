import { deepEqual, equal, notEqual, rejects } from 'node:assert/strict';
import { existsSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { hasCode } from '../ports/hooklet-error.ts';
import { TransientPipes } from './transient-pipes.ts';

let root: string;
beforeEach(() => {
  root = join(mkdtempSync(join(tmpdir(), 'hooklet-transient-')), 'pipes');
});
afterEach(() => rmSync(dirname(root), { recursive: true, force: true }));

const ref = (execId: string) => ({ containerId: 'c1', execId });

describe('TransientPipes', () => {
  it('take() gives a pipe of its own to each, for nobody else to open', async () => {
    const pipes = new TransientPipes(root);
    const taken = await Promise.all(Array.from({ length: 40 }, (_, index) => pipes.take(ref(`e${index}`))));
    equal(new Set(taken).size, 40);
    for (const pipe of taken) equal(statSync(pipe).isFIFO() && (statSync(pipe).mode & 0o777) === 0o600, true);
    deepEqual([statSync(root).mode & 0o777, statSync(dirname(taken[0] ?? '')).mode & 0o777], [0o700, 0o700]);
  });

  it('giveBack() lets a pipe be used again that has seen its end, and no other', async () => {
    const pipes = new TransientPipes(root);
    const first = await pipes.take(ref('a'));
    pipes.giveBack(first, { ended: true });
    pipes.giveBack(first, { ended: true });
    equal(await pipes.take(ref('b')), first);
    notEqual(await pipes.take(ref('c')), first);
    pipes.giveBack(first, { ended: false });
    equal(existsSync(first), false);
    notEqual(await pipes.take(ref('d')), first);
  });

  it('earlier() names what another agent had in use, and not what this one has', async () => {
    const before = new TransientPipes(root);
    await before.take(ref('left'));
    const done = await before.take(ref('done'));
    before.giveBack(done, { ended: true });
    writeFileSync(`${await before.take(ref('torn'))}.exec`, '{"contai');
    const pipes = new TransientPipes(root);
    await pipes.take(ref('own'));
    const [earlier, ...others] = pipes.earlier();
    deepEqual([earlier?.owners, others], [[ref('left')], []]);
    pipes.removeEarlier(earlier?.dir ?? '');
    deepEqual([pipes.earlier(), readdirSync(root).length], [[], 1]);
  });

  it('close() removes all where nothing is in use, and else leaves it to the next agent', async () => {
    const pipes = new TransientPipes(root);
    const pipe = await pipes.take(ref('a'));
    pipes.close();
    deepEqual(new TransientPipes(root).earlier()[0]?.owners, [ref('a')]);
    pipes.giveBack(pipe, { ended: true });
    pipes.close();
    deepEqual(readdirSync(root), []);
    new TransientPipes(join(root, 'never')).close();
  });

  it('take() says what is wrong where no pipe can be made', async () => {
    writeFileSync(root, '');
    await rejects(new TransientPipes(root).take(ref('a')), (error) => hasCode(error, 'hostLacks') && error.message.includes(root));
  });
});
