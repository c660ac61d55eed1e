import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { hasCode } from '../ports/hooklet-error.ts';
import { baseImages, HostBaseImages, isStaticElf, readApplets } from './host-base-images.ts';
import { ociArchive } from './oci-archive.ts';

const programs = { busybox: Buffer.from('b'), applets: ['sh', 'busybox', '[', 'ls'], tini: Buffer.from('t') };

describe('baseImages()', () => {
  const [base, pause] = baseImages(programs, 'amd64');

  it('links every applet to busybox, in a fixed order', () => {
    const links = base?.files.filter(({ kind, path }) => kind === 'symlink' && path.startsWith('bin/')).map(({ path }) => path);
    assert.deepEqual(links, ['bin/[', 'bin/ls', 'bin/sh']);
  });

  it('has a PATH in both images: hooks of a Pod without one find no program', () => {
    for (const image of [base, pause]) assert.match(JSON.stringify(image?.config['Env']), /"PATH=.*:\/bin"/);
  });

  it('gives the same bytes for the same programs', () => {
    assert.ok(ociArchive(baseImages(programs, 'amd64')).equals(ociArchive(baseImages(programs, 'amd64'))));
    assert.ok(!ociArchive(baseImages(programs, 'amd64')).equals(ociArchive(baseImages(programs, 'arm64'))));
  });
});

describe('HostBaseImages', () => {
  let dir: string;
  before(async () => {
    dir = await mkdtemp(join(tmpdir(), 'hooklet-test-'));
  });
  after(() => rm(dir, { recursive: true }));

  it('writeArchive() names both images in an OCI index', async () => {
    const images = new HostBaseImages();
    await images.writeArchive(join(dir, 'images.tar'));
    const archive = await readFile(join(dir, 'images.tar'), 'latin1');
    for (const name of images.names) assert.ok(archive.includes(`"io.containerd.image.name":"${name}"`));
  });

  it('writeArchive() rejects where it cannot write', async () => {
    await assert.rejects(
      new HostBaseImages().writeArchive(join(dir, 'missing', 'images.tar')),
      /Cannot write the image archive .*; free space/,
    );
  });
});

describe('readApplets()', () => {
  it('says what to do about a busybox that does not run', async () => {
    for (const path of ['/bin/false', '/nowhere/busybox'])
      await assert.rejects(
        readApplets(path),
        (error) => hasCode(error, 'hostLacks') && error.message.includes(path) && /; install busybox-static anew$/.test(error.message),
      );
  });
});

describe('isStaticElf()', () => {
  it('tells a dynamic program from a static one, and from no program', async () => {
    assert.equal(isStaticElf(await readFile('/usr/bin/tini-static')), true);
    assert.equal(isStaticElf(await readFile(process.execPath)), false);
    assert.equal(isStaticElf(Buffer.from('#!/bin/sh\n')), false);
    assert.equal(isStaticElf(Buffer.alloc(0)), false);
  });
});
