import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { cgroupRoots, parseMountTable } from '../../../src/host/mount-table.ts';
import { ProcHostProcesses } from '../../../src/host/proc-host-processes.ts';
import { livingPids } from '../../../src/host/sweep-cgroups.ts';
import { until } from './host-traces.ts';
import { containerSpec, type OwnContainerd, ownContainerd, sandboxSpec } from './own-containerd.ts';

describe('HostBaseImages, in a real containerd', () => {
  let own: OwnContainerd;
  let sandboxId: string;
  before(async () => {
    own = await ownContainerd();
    await own.supervisor.ensureRunning();
    await own.importBaseImages();
    sandboxId = await own.cri.runPodSandbox(sandboxSpec(own.paths, 'images'));
  });
  after(() => own.remove());

  const exec = async (command: readonly string[], script: string): Promise<string> => {
    const spec = { ...containerSpec(command), name: `c${Math.floor(performance.now() * 1000)}` };
    const id = await own.cri.createContainer(sandboxId, sandboxSpec(own.paths, 'images'), spec);
    await own.cri.startContainer(id);
    const { exitCode, stdout, stderr } = await own.cri.execSync(id, ['sh', '-c', script], AbortSignal.timeout(10_000));
    assert.equal(exitCode, 0, stderr.toString());
    return stdout.toString();
  };

  it('base has a shell and its tools in PATH, a home, a user database and a /tmp for everybody', async () => {
    const said = await exec(
      ['sleep', '1000'],
      'set -e; echo "$PATH"; echo ~; id -un; stat -c %a /tmp; /usr/bin/env true; echo x | awk "{print \\$1}"; wget --help 2>/dev/null || :',
    );
    assert.deepEqual(said.trim().split('\n').slice(0, 5), [
      '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
      '/root',
      'root',
      '1777',
      'x',
    ]);
  });

  it('pause is an init with a child, and ends at once on SIGTERM', async () => {
    const roots = cgroupRoots(parseMountTable(await readFile('/proc/self/mountinfo', 'utf8')));
    const pids = await livingPids({ roots, cgroupParent: join(own.paths.cgroupParent, sandboxId) });
    const all = new ProcHostProcesses().find('tini', 'busybox').filter(({ pid }) => pids.includes(pid));
    const init = all.find(({ argv }) => argv[0] === '/tini');
    const child = all.find(({ parentPid }) => parentPid === init?.pid);
    assert.ok(init && child);
    const at = performance.now();
    process.kill(init.pid, 'SIGTERM');
    await until('the sandbox has ended', () => !new ProcHostProcesses().isAlive(init), 5000);
    assert.ok(performance.now() - at < 1000);
  });
});
