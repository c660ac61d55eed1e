import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFile, readlink, stat } from 'node:fs/promises';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { promisify } from 'node:util';
import { ProcHostProcesses } from '../../../src/host/proc-host-processes.ts';
import { hasCode } from '../../../src/ports/hooklet-error.ts';
import type { RuntimeSupervisorEvent } from '../../../src/ports/runtime-supervisor.ts';
import { isThere, until } from './host-traces.ts';
import { type OwnContainerd, ownContainerd } from './own-containerd.ts';

describe('ContainerdSupervisor, with a real containerd', () => {
  let own: OwnContainerd;
  beforeEach(async () => {
    own = await ownContainerd();
  });
  afterEach(() => own.remove());

  it('ensureRunning() starts one in a session of its own whose CRI answers', async () => {
    assert.deepEqual(await own.supervisor.ensureRunning(), { socket: own.paths.containerdSocket, found: false });
    assert.equal((await own.cri.version()).name, 'containerd');
    const running = own.process.find();
    assert.ok(running);
    // Field 6 of proc_pid_stat(5) is the session, named by the pid of its leader.
    const fields = (await readFile(`/proc/${running.pid}/stat`, 'utf8')).split(') ')[1]?.split(' ');
    assert.equal(fields?.[3], String(running.pid));
    assert.equal(await readlink(`/proc/${running.pid}/fd/1`), own.paths.containerdLogFile);
    assert.equal(await readlink(`/proc/${running.pid}/fd/2`), own.paths.containerdLogFile);
  });

  it('listens nowhere but on Unix sockets and, for streams, on loopback', async () => {
    await own.supervisor.ensureRunning();
    const running = own.process.find();
    const { stdout } = await promisify(execFile)('/bin/ls', ['-l', `/proc/${running?.pid}/fd`]);
    const inodes = new Set([...stdout.matchAll(/socket:\[(\d+)\]/g)].map((match) => match[1]));
    const tables = await Promise.all(['tcp', 'tcp6', 'udp', 'udp6'].map((name) => readFile(`/proc/net/${name}`, 'utf8')));
    const lines = tables.flatMap((table) => table.split('\n').slice(1)).map((line) => line.trim().split(/\s+/));
    const addresses = lines.filter((fields) => inodes.has(fields[9])).map((fields) => fields[1]?.split(':')[0]);
    assert.deepEqual(addresses, ['0100007F'], '127.0.0.1 as the kernel writes it');
  });

  it('keeps the run directory and the state directory to root', async () => {
    await own.supervisor.ensureRunning();
    for (const dir of [own.paths.runDir, own.paths.stateDir, own.paths.containerdRoot])
      assert.equal((await stat(dir)).mode & 0o777, 0o700, dir);
  });

  it('ensureRunning() of another program takes over the one that runs, and so after the agent left', async () => {
    await own.supervisor.ensureRunning();
    const { pid } = own.process.find() ?? {};
    own.supervisor.leave();
    const next = own.another();
    assert.equal((await next.ensureRunning()).found, true);
    assert.equal(own.process.find()?.pid, pid);
    next.leave();
  });

  it('five programs that start at once end up with one containerd', async () => {
    const all = Array.from({ length: 5 }, () => own.another());
    await Promise.all(all.map((each) => each.ensureRunning()));
    for (const each of all) each.leave();
    const processes = new ProcHostProcesses().find('containerd').filter(({ argv }) => argv.includes(own.paths.containerdConfigFile));
    assert.equal(processes.length, 1);
    assert.equal((await own.cri.version()).name, 'containerd');
  });

  it('restarts a killed one at once, also one that it had only taken over', async () => {
    await own.supervisor.ensureRunning();
    own.supervisor.leave();
    const next = own.another();
    await next.ensureRunning();
    const events: RuntimeSupervisorEvent[] = [];
    next.onEvent((event) => events.push(event));
    const before = own.process.find();
    assert.ok(before);
    process.kill(before.pid, 'SIGKILL');
    await until('it was restarted', () => events.some(({ kind }) => kind === 'restarted'));
    next.leave();
    assert.deepEqual(
      events.map(({ kind }) => kind),
      ['exited', 'restarted'],
    );
    assert.notEqual(own.process.find()?.pid, before.pid);
    assert.equal((await own.cri.version()).name, 'containerd');
  });

  it('stop() ends it and removes its run directory; the state directory stays, and the next start works', async () => {
    await own.supervisor.ensureRunning();
    await own.supervisor.stop();
    assert.equal(own.process.find(), undefined);
    assert.equal(await isThere(own.paths.runDir), false);
    assert.equal(await isThere(own.paths.containerdRoot), true);
    const next = own.another();
    assert.equal((await next.ensureRunning()).found, false);
    await next.stop();
  });

  it('ensureRunning() tells the last words of a containerd that cannot start', async () => {
    await own.supervisor.ensureRunning();
    await own.supervisor.stop();
    // Its database is no file.
    const { mkdir, rm } = await import('node:fs/promises');
    const database = `${own.paths.containerdRoot}/io.containerd.metadata.v1.bolt/meta.db`;
    await rm(database);
    await mkdir(database);
    await assert.rejects(
      own.another().ensureRunning(),
      (error) => hasCode(error, 'hostLacks') && /meta\.db|is a directory/.test(error.message),
    );
  });
});
