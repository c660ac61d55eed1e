import assert from 'node:assert/strict';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { Worker } from 'node:worker_threads';
import fc from 'fast-check';
import { isWritten, type VolumeFiles, type WriteOptions, writeAtomically } from './atomic-writer.ts';

const options: WriteOptions = { nowWallMs: Date.UTC(2030, 0, 2, 3, 4, 5) };

function directoryOf(t: TestContext): string {
  const directory = mkdtempSync(join(tmpdir(), 'hooklet-atomic-'));
  t.after(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

const files = (texts: Readonly<Record<string, string>>, mode = 0o644): VolumeFiles =>
  new Map(Object.entries(texts).map(([path, text]) => [path, { data: Buffer.from(text), mode }]));

/** What users see: every file that can be reached from the top, by names that are not the writer's own. */
function seen(directory: string, below = ''): Readonly<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const name of readdirSync(join(directory, below))) {
    if (name.startsWith('..')) continue;
    const path = join(below, name);
    if (statSync(join(directory, path)).isDirectory()) Object.assign(found, seen(directory, path));
    else found[path] = readFileSync(join(directory, path), 'utf8');
  }
  return found;
}

const modeOf = (path: string): string => (statSync(path).mode & 0o7777).toString(8);

describe('writeAtomically()', () => {
  it('shows each file by a link through ..data into a directory named by the time', async (t) => {
    const directory = directoryOf(t);
    assert.equal(await isWritten(directory), false);
    assert.equal(await writeAtomically(directory, files({ podName: 'p', 'user/labels': 'l', 'user/deep/x': 'x' }), options), true);
    assert.equal(await isWritten(directory), true);
    assert.match(readlinkSync(join(directory, '..data')), /^\.\.2030_01_02_03_04_05\.\w+$/);
    assert.deepEqual([readlinkSync(join(directory, 'podName')), readlinkSync(join(directory, 'user'))], ['..data/podName', '..data/user']);
    assert.deepEqual(seen(directory), { podName: 'p', 'user/labels': 'l', 'user/deep/x': 'x' });
  });

  it('gives files their modes and directories theirs, whatever the umask', async (t) => {
    const before = process.umask(0o077);
    t.after(() => process.umask(before));
    const directory = directoryOf(t);
    await writeAtomically(directory, new Map([...files({ a: '' }, 0o400), ...files({ 'b/c': '' }, 0o777)]), options);
    const data = join(directory, '..data');
    assert.deepEqual(
      ['a', 'b/c', 'b', '.'].map((path) => modeOf(join(data, path))),
      ['400', '777', '755', '755'],
    );
  });

  it('lets an fsGroup read every file and enter every directory', async (t) => {
    const directory = directoryOf(t);
    const fsGroup = process.getgid?.() ?? 0;
    await writeAtomically(directory, files({ 'b/c': '' }, 0o600), { ...options, fsGroup });
    const data = join(directory, '..data');
    assert.deepEqual(
      ['b/c', 'b', '.'].map((path) => modeOf(join(data, path))),
      ['640', '2755', '2755'],
    );
    assert.deepEqual(
      ['b/c', 'b', '.'].map((path) => statSync(join(data, path)).gid),
      [fsGroup, fsGroup, fsGroup],
    );
  });

  it('writes nothing when nothing changed, and anew for a file more or less', async (t) => {
    const directory = directoryOf(t);
    await writeAtomically(directory, files({ a: '1', b: '2' }), options);
    const generation = readlinkSync(join(directory, '..data'));
    assert.equal(await writeAtomically(directory, files({ b: '2', a: '1' }), options), false);
    assert.equal(readlinkSync(join(directory, '..data')), generation);
    for (const next of [{ a: '1' }, { a: '1', c: '' }, { a: '2', c: '' }]) {
      assert.equal(await writeAtomically(directory, files(next), options), true);
      assert.deepEqual(seen(directory), next);
    }
  });

  it('leaves one generation, and nothing of a writer that was killed', async (t) => {
    const directory = directoryOf(t);
    await writeAtomically(directory, files({ a: '1' }), options);
    mkdirSync(join(directory, '..2029_01_01_00_00_00.abcdef/sub'), { recursive: true });
    writeFileSync(join(directory, '..2029_01_01_00_00_00.abcdef/sub/half'), '');
    symlinkSync('..2029_01_01_00_00_00.abcdef', join(directory, '..data_tmp'));
    symlinkSync('..data/unfinished', join(directory, 'unfinished'));
    await writeAtomically(directory, files({ a: '2' }), options);
    const current = readlinkSync(join(directory, '..data'));
    assert.deepEqual(readdirSync(directory).sort(), ['..data', current, 'a'].sort());
    assert.deepEqual(seen(directory), { a: '2' });
  });

  it('keeps what there was, and leaves nothing behind, when a generation cannot be written', async (t) => {
    const directory = directoryOf(t);
    await writeAtomically(directory, files({ a: '1' }), options);
    const before = readdirSync(directory).sort();
    await assert.rejects(writeAtomically(directory, files({ x: 'file', 'x/y': 'below a file' }), options));
    assert.deepEqual(readdirSync(directory).sort(), before);
    assert.deepEqual(seen(directory), { a: '1' });
  });

  it('can be empty', async (t) => {
    const directory = directoryOf(t);
    await writeAtomically(directory, new Map(), options);
    assert.equal(await isWritten(directory), true);
    assert.deepEqual(seen(directory), {});
  });

  const REFUSED: readonly (readonly [path: string, message: RegExp])[] = [
    ['', /^invalid path: must not be empty: ""$/],
    ['/etc/passwd', /^invalid path: must be relative path: \/etc\/passwd$/],
    ['a/../../x', /^invalid path: must not contain '\.\.': a\/\.\.\/\.\.\/x$/],
    ['..', /must not contain '\.\.'/],
    ['..data', /^invalid path: must not start with '\.\.': \.\.data$/],
    ['./..data/x', /must not start with '\.\.'/],
    ['a'.repeat(256), /filenames must be less than or equal to 255 characters/],
    ['ä'.repeat(128), /filenames must be less than or equal to 255 characters/],
    ['a/'.repeat(2049), /must be less than or equal to 4096 characters/],
    ['.', /must name a file/],
    ['a/', /must name a file/],
    ['a\0b', /must name a file/],
  ];
  for (const [path, message] of REFUSED) {
    it(`refuses the path ${JSON.stringify(path.slice(0, 20))} and touches nothing`, async (t) => {
      const directory = directoryOf(t);
      await assert.rejects(writeAtomically(directory, files({ fine: '', [path]: '' }), options), { message });
      assert.deepEqual(readdirSync(directory), []);
    });
  }

  it('shows exactly what was written last, whatever was written before', async (t) => {
    const directory = directoryOf(t);
    const name = fc.constantFrom('a', 'b', 'c', 'd');
    // No path is both a file and a directory: files stand one below their directory.
    const path = fc.oneof(
      name,
      fc.tuple(fc.constantFrom('x', 'y'), name).map((parts) => parts.join('/')),
    );
    const payload = fc.dictionary(path, fc.string({ maxLength: 5 }), { maxKeys: 6, noNullPrototype: true });
    await fc.assert(
      fc.asyncProperty(fc.array(payload, { minLength: 1, maxLength: 5 }), async (payloads) => {
        for (const each of payloads) {
          const expected = { ...each };
          await writeAtomically(directory, files(expected), options);
          assert.deepEqual(seen(directory), expected);
        }
        assert.equal(readdirSync(directory).filter((each) => each.startsWith('..2')).length, 1);
      }),
      { numRuns: 60 },
    );
  });
});

/** Reads all files of one generation as fast as it can, and tells when they are not of one and the same version. */
const READER = `
  const { readdirSync, readFileSync, readlinkSync } = require('node:fs');
  const { workerData, parentPort } = require('node:worker_threads');
  const { directory, stop, names } = workerData;
  let reads = 0;
  let mixed;
  const versions = new Set();
  while (Atomics.load(stop, 0) === 0 && mixed === undefined) {
    const current = readlinkSync(directory + '/..data');
    try {
      const texts = names.map((name) => readFileSync(directory + '/' + current + '/' + name, 'utf8'));
      if (new Set(texts).size !== 1) mixed = texts;
      versions.add(texts[0]);
      reads += 1;
    } catch (error) {
      if (error.code !== 'ENOENT') throw error;
      // It went while it was read, and then another one counts already.
      if (readlinkSync(directory + '/..data') === current) mixed = ['half of ' + current];
    }
  }
  parentPort.postMessage({ mixed, reads, versions: versions.size });
`;

describe('a reader beside a writer', () => {
  it('never sees a mix of two generations, and always one of them', async (t) => {
    const directory = directoryOf(t);
    const names = ['a', 'b', 'sub/c', 'sub/d'];
    const version = (number: number): VolumeFiles => files(Object.fromEntries(names.map((name) => [name, `version ${number}`])));
    await writeAtomically(directory, version(0), options);
    const stop = new Int32Array(new SharedArrayBuffer(4));
    const worker = new Worker(READER, { eval: true, workerData: { directory, stop, names } });
    const said: { readonly mixed?: readonly string[]; readonly reads?: number; readonly versions?: number }[] = [];
    worker.on('message', (message) => said.push(message));
    const ended = new Promise<void>((resolve, reject) => worker.once('exit', () => resolve()).once('error', reject));
    try {
      for (let number = 1; number <= 300; number += 1) {
        await writeAtomically(directory, version(number), options);
        assert.ok(existsSync(join(directory, '..data', 'sub/d')));
      }
    } finally {
      Atomics.store(stop, 0, 1);
      await ended;
    }
    const [{ mixed, reads = 0, versions = 0 } = {}] = said;
    assert.equal(mixed, undefined);
    assert.ok(reads > 0 && versions > 1, `it read ${reads} times, ${versions} versions`);
  });
});
