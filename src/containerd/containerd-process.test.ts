import assert from 'node:assert/strict';
import { once } from 'node:events';
import { appendFile, mkdtemp, open, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { ManualClock } from '../fakes/manual-clock.ts';
import { hasCode, messageOf } from '../ports/hooklet-error.ts';
import type { HostProcess } from '../ports/host-processes.ts';
import { ContainerdProcess, type ContainerdProcessParts } from './containerd-process.ts';

describe('ContainerdProcess', () => {
  let dir: string;
  before(async () => {
    dir = await mkdtemp(join(tmpdir(), 'hooklet-test-'));
  });
  after(() => rm(dir, { recursive: true }));

  const makeProcess = (all: readonly HostProcess[] = [], more: Partial<ContainerdProcessParts> = {}) => {
    const at = (name: string) => join(dir, name);
    const paths = { runDir: dir, containerdSocket: at('c.sock'), containerdConfigFile: at('c.toml'), containerdLogFile: at('c.log') };
    const processes = { find: () => all, variableOf: () => undefined, isAlive: () => false, signal: () => false };
    const programs = { searchPath: '/nowhere', find: () => undefined, run: async () => '' };
    return new ContainerdProcess({ paths, processes, programs, clock: new ManualClock(), probe: async () => {}, ...more });
  };
  const containerd = (pid: number, parentPid: number, config: string): HostProcess => ({
    pid,
    parentPid,
    startTicks: '1',
    argv: ['containerd', '--config', config],
  });

  it('find() knows it by its configuration, and takes none of its forks for it', () => {
    const own = containerd(20, 1, join(dir, 'c.toml'));
    assert.equal(makeProcess([containerd(3, 1, '/etc/containerd/config.toml'), containerd(7, 20, join(dir, 'c.toml')), own]).find(), own);
    assert.equal(makeProcess([containerd(3, 1, '/etc/containerd/config.toml')]).find(), undefined);
  });

  it('boundLog() moves a large log aside under the feet of who writes it', async () => {
    const log = join(dir, 'c.log');
    await writeFile(log, 'x'.repeat(4 * 1024 * 1024 + 1));
    const writer = await open(log, 'a');
    try {
      await makeProcess().boundLog();
      await writer.write('next\n');
    } finally {
      await writer.close();
    }
    assert.equal(await readFile(log, 'utf8'), 'next\n');
    assert.equal((await stat(`${log}.1`)).size, 4 * 1024 * 1024 + 1);
  });

  it('boundLog() leaves a small one', async () => {
    const log = join(dir, 'c.log');
    await writeFile(log, 'a\n');
    await makeProcess().boundLog();
    await appendFile(log, 'b\n');
    assert.equal(await readFile(log, 'utf8'), 'a\nb\n');
  });

  it('spawn() says what to install when there is no containerd', async () => {
    await assert.rejects(makeProcess().spawn(), (error) => hasCode(error, 'hostLacks') && /install containerd/.test(error.message));
  });

  it('waitReady() gives the last words of one that ended', async () => {
    await writeFile(join(dir, 'c.log'), 'one\ncontainerd: no space left on device\n');
    await assert.rejects(makeProcess().waitReady(containerd(20, 1, join(dir, 'c.toml'))), /no space left on device$/);
  });

  /** One that ends by no signal. */
  const unkillable = () => {
    const running = containerd(20, 1, join(dir, 'c.toml'));
    const signals: string[] = [];
    const signal = (_: HostProcess, name: string) => signals.push(name) > 0;
    return { running, signals, processes: { find: () => [running], variableOf: () => undefined, isAlive: () => true, signal } };
  };

  it('waitReady() gives up after 30 s, also while CRI never answers', async () => {
    const { running, processes } = unkillable();
    const server = createServer((socket) => socket.destroy()).listen(join(dir, 'c.sock'));
    await once(server, 'listening');
    try {
      const clock = new ManualClock();
      const probe = Promise.withResolvers<void>();
      const asked = Promise.withResolvers<void>();
      const ask = () => {
        asked.resolve();
        return probe.promise;
      };
      const ready = makeProcess([], { processes, clock, probe: ask }).waitReady(running);
      const outcome = ready.then(
        () => 'ready',
        (error: unknown) => messageOf(error),
      );
      await asked.promise;
      await clock.advance(29_999);
      assert.equal(await Promise.race([outcome, 'waits']), 'waits');
      await clock.advance(1);
      assert.match(await outcome, /^containerd did not answer within 30 s: /);
      assert.equal(clock.pending, 0);
    } finally {
      server.close();
    }
  });

  it('end() sends SIGKILL after 10 s, and gives up after 20 s, naming the process', async () => {
    const { running, signals, processes } = unkillable();
    const clock = new ManualClock();
    const ended = makeProcess([], { processes, clock })
      .end(running)
      .catch((error: unknown) => error);
    await clock.advance(9_990);
    assert.deepEqual(signals, ['SIGTERM']);
    await clock.advance(10_020);
    assert.ok(signals.includes('SIGKILL'));
    const error = await ended;
    assert.ok(hasCode(error, 'hostLacks') && /pid 20/.test(error.message), String(error));
  });
});
