import assert from 'node:assert/strict';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { whileSwapping } from '../fakes/path-swapper.ts';
import { makeBeneath, openBeneath } from './open-beneath.ts';

function directories(t: TestContext): { readonly volume: string; readonly outside: string } {
  const directory = mkdtempSync(join(tmpdir(), 'hooklet-beneath-'));
  t.after(() => rmSync(directory, { recursive: true, force: true }));
  const [volume, outside] = [join(directory, 'volume'), join(directory, 'outside')];
  mkdirSync(volume);
  mkdirSync(outside);
  writeFileSync(join(outside, 'secret'), 'of the host');
  return { volume, outside };
}

async function identityOf(volume: string, path: string): Promise<number> {
  const opened = await openBeneath(volume, path);
  await opened.close();
  return opened.stat.ino;
}

describe('openBeneath()', () => {
  it('opens files and directories, and what it opened stays open when its path changes', async (t) => {
    const { volume, outside } = directories(t);
    mkdirSync(join(volume, 'a/b'), { recursive: true });
    writeFileSync(join(volume, 'a/b/file'), 'inside');
    const opened = await openBeneath(volume, 'a/b/file');
    rmSync(join(volume, 'a'), { recursive: true });
    symlinkSync(outside, join(volume, 'a'));
    assert.equal(readFileSync(opened.path, 'utf8'), 'inside');
    await opened.close();
    assert.equal(await identityOf(volume, '.'), statSync(volume).ino);
  });

  it('follows links that stay in the volume, as those of a ConfigMap do', async (t) => {
    const { volume } = directories(t);
    mkdirSync(join(volume, '..generation'));
    writeFileSync(join(volume, '..generation/key'), 'value');
    symlinkSync('..generation', join(volume, '..data'));
    symlinkSync('..data/key', join(volume, 'key'));
    const opened = await openBeneath(volume, 'key');
    assert.equal(readFileSync(opened.path, 'utf8'), 'value');
    await opened.close();
  });

  it('refuses what leaves the volume, by a link anywhere in the path', async (t) => {
    const { volume, outside } = directories(t);
    symlinkSync(outside, join(volume, 'absolute'));
    symlinkSync('../outside', join(volume, 'relative'));
    symlinkSync('../outside/secret', join(volume, 'file'));
    symlinkSync('absolute', join(volume, 'second'));
    for (const path of ['absolute', 'relative', 'absolute/secret', 'file', 'second', '..'])
      await assert.rejects(openBeneath(volume, path), /is not within/, path);
  });

  it('rejects where there is nothing', async (t) => {
    const { volume } = directories(t);
    symlinkSync('nowhere', join(volume, 'dangling'));
    for (const path of ['missing', 'missing/more', 'dangling']) await assert.rejects(openBeneath(volume, path), { code: 'ENOENT' }, path);
  });
});

describe('makeBeneath()', () => {
  const modeOf = (path: string): string => (statSync(path).mode & 0o7777).toString(8);

  it('makes every missing directory with exactly that mode, and leaves those that are there alone', async (t) => {
    const { volume } = directories(t);
    mkdirSync(join(volume, 'old'), { mode: 0o700 });
    chmodSync(join(volume, 'old'), 0o700);
    await makeBeneath(volume, 'old/new/newer', 0o2777);
    await makeBeneath(volume, './old//new', 0o700);
    assert.deepEqual(
      ['old', 'old/new', 'old/new/newer'].map((path) => modeOf(join(volume, path))),
      ['700', '2777', '2777'],
    );
  });

  it('goes through links that stay in the volume', async (t) => {
    const { volume } = directories(t);
    mkdirSync(join(volume, 'real'));
    symlinkSync('real', join(volume, 'link'));
    await makeBeneath(volume, 'link/made', 0o755);
    assert.ok(statSync(join(volume, 'real/made')).isDirectory());
  });

  it('makes nothing outside, nor where a file or a dangling link is in the way', async (t) => {
    const { volume, outside } = directories(t);
    symlinkSync(outside, join(volume, 'out'));
    symlinkSync(join(outside, 'not yet'), join(volume, 'dangling'));
    writeFileSync(join(volume, 'file'), '');
    for (const path of ['out/made', 'dangling/made', 'dangling', 'file/made']) await assert.rejects(makeBeneath(volume, path, 0o777), path);
    assert.deepEqual(readdirSync(outside), ['secret']);
  });
});

/** Enough that each way through the race is taken many times. */
const ROUNDS = 3000;

describe('a path that is swapped for a link out of the volume in a loop', () => {
  it('openBeneath() never opens anything outside', async (t) => {
    const { volume, outside } = directories(t);
    await whileSwapping(volume, outside, async () => {
      const foreign = statSync(join(outside, 'inner')).ino;
      const outcomes = { inside: 0, refused: 0 };
      for (let round = 0; round < ROUNDS; round += 1) {
        const found = await identityOf(volume, 'swap/inner').catch(() => undefined);
        assert.notEqual(found, foreign, `round ${round} opened ${outside}/inner`);
        outcomes[found === undefined ? 'refused' : 'inside'] += 1;
      }
      assert.ok(outcomes.inside > 0 && outcomes.refused > 0, JSON.stringify(outcomes));
    });
  });

  it('makeBeneath() never makes anything outside', async (t) => {
    const { volume, outside } = directories(t);
    await whileSwapping(volume, outside, async () => {
      let made = 0;
      for (let round = 0; round < ROUNDS; round += 1) {
        await makeBeneath(volume, `swap/inner/made-${round}`, 0o755).then(
          () => (made += 1),
          () => undefined,
        );
      }
      assert.deepEqual(readdirSync(join(outside, 'inner')), []);
      assert.deepEqual(readdirSync(outside).sort(), ['inner', 'secret']);
      assert.ok(made > 0 && existsSync(volume));
    });
  });
});
