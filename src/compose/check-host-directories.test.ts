import { doesNotReject, rejects } from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { PodManifest } from '../model/pod.ts';
import { hasCode } from '../ports/hooklet-error.ts';
import { checkHostDirectories } from './check-host-directories.ts';

const podWith = (...paths: readonly string[]): PodManifest =>
  ({
    metadata: { name: 'demo', namespace: 'default' },
    spec: { volumes: paths.map((path, index) => ({ name: `v${index}`, hostPath: { path } })) },
  }) as unknown as PodManifest;

describe('checkHostDirectories()', () => {
  let dir: string;
  let stateDir: string;
  before(() => {
    dir = mkdtempSync(join(tmpdir(), 'hooklet-test-'));
    stateDir = join(dir, 'state');
    mkdirSync(join(dir, 'data'));
    symlinkSync('state', join(dir, 'link'));
  });
  after(() => rmSync(dir, { recursive: true }));

  const refuses = (path: string, says: RegExp): Promise<void> =>
    rejects(
      checkHostDirectories({ stateDir }, [podWith(join(dir, 'data'), path)]),
      (error) => hasCode(error, 'badInput') && says.test(error.message),
    );

  it('refuses the state directory, what holds it and what lies in it, before it exists and after', async () => {
    for (const exists of [false, true]) {
      if (exists) mkdirSync(stateDir);
      await refuses(
        stateDir,
        /^Pod default\/demo: spec\.volumes\[1\]\.hostPath\.path: Forbidden: ".*" is hooklet's state directory ".*", .*; name another path, or another --state-dir$/,
      );
      await refuses(`${stateDir}/pods/../`, /" is hooklet's state directory/);
      await refuses(join(stateDir, 'containerd'), /lies in hooklet's state directory/);
      await refuses(dir, /holds hooklet's state directory/);
      await refuses(join(dir, 'link', 'logs'), /lies in hooklet's state directory/);
    }
  });

  it('refuses the directory of sockets of any hooklet', async () => {
    await refuses('/run/hooklet/01234567/containerd.sock', /lies in hooklet's directory of sockets/);
    await refuses('/run', /holds hooklet's directory of sockets/);
    await refuses('run/hooklet', /is hooklet's directory of sockets/);
  });

  it('says everything that is wrong at once', () =>
    refuses('/', /holds hooklet's state directory.*\n.*holds hooklet's directory of sockets/));

  it('lets every other path pass', () =>
    doesNotReject(checkHostDirectories({ stateDir }, [podWith(join(dir, 'data'), join(dir, 'state-of-others'), '/etc', '/not/there')])));
});
