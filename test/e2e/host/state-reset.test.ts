import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { promisify } from 'node:util';
import { hostPaths } from '../../../src/host/host-paths.ts';
import { ProcHostProcesses } from '../../../src/host/proc-host-processes.ts';
import { removeTree } from '../../../src/host/remove-tree.ts';
import { StateReset } from '../../../src/host/state-reset.ts';
import { hasCode } from '../../../src/ports/hooklet-error.ts';
import { hostTraces, isThere, noTraces, until } from './host-traces.ts';
import { containerSpec, type OwnContainerd, ownContainerd, sandboxSpec } from './own-containerd.ts';

const run = promisify(execFile);

describe('StateReset, with a Pod that writes to a hostPath', () => {
  let own: OwnContainerd;
  let outside: string;
  before(async () => {
    own = await ownContainerd();
    outside = await mkdtemp('/tmp/hooklet-test-outside-');
    await own.supervisor.ensureRunning();
    await own.importBaseImages();
  });
  after(async () => {
    await run('umount', [join(own.paths.podsDir, 'mounted')]).catch(() => {});
    await own.remove();
    await removeTree(outside);
  });

  const reset = () => new StateReset({ paths: own.paths, processes: new ProcHostProcesses(), supervisor: own.another() });

  it('refuses a state directory with a mount in it, then removes everything of hooklet and nothing else', async () => {
    const spec = sandboxSpec(own.paths, 'writer');
    const sandboxId = await own.cri.runPodSandbox(spec);
    const mounts = [{ hostPath: outside, containerPath: '/out', readOnly: false, propagation: 'None' as const }];
    const container = { ...containerSpec(['sh', '-c', 'echo kept > /out/file; exec sleep 1000']), mounts };
    await own.cri.startContainer(await own.cri.createContainer(sandboxId, spec, container));
    await until('the Pod wrote its file', () => isThere(join(outside, 'file')));
    own.supervisor.leave();

    // A link to the outside, and a mount that shows the outside inside.
    const mounted = join(own.paths.podsDir, 'mounted');
    await mkdir(mounted, { recursive: true });
    await symlink(outside, join(own.paths.podsDir, 'link'));
    await run('mount', ['--bind', outside, mounted]);

    const plan = await reset().plan();
    assert.equal(plan.exists, true);
    assert.match(
      plan.removes.join('\n'),
      /containers of its 1 running Pods(.|\n)*network hooklet-(.|\n)*run directory(.|\n)*state directory/,
    );

    await assert.rejects(reset().reset(), (error) => hasCode(error, 'hostLacks') && error.message.includes(mounted));
    assert.equal(await isThere(own.paths.markerFile), true);
    assert.equal(await isThere(own.paths.containerdRoot), true);

    await run('umount', [mounted]);
    await reset().reset();
    assert.equal(await isThere(own.paths.stateDir), false);
    assert.equal(await isThere(own.paths.runDir), false);
    assert.deepEqual(await hostTraces(own.paths), noTraces);
    assert.equal(await readFile(join(outside, 'file'), 'utf8'), 'kept\n');
  });
});

describe('StateReset', () => {
  const supervisor = { isRunning: async () => false, stop: async () => assert.fail('it must not be stopped') };

  it('plan() and reset() refuse a directory without the mark of hooklet', async () => {
    const dir = await mkdtemp('/tmp/hooklet-test-foreign-');
    await writeFile(join(dir, 'precious'), '');
    const reset = new StateReset({ paths: await hostPaths(dir), processes: new ProcHostProcesses(), supervisor });
    await assert.rejects(reset.plan(), (error) => hasCode(error, 'badInput'));
    await assert.rejects(reset.reset(), (error) => hasCode(error, 'badInput'));
    assert.equal(await isThere(join(dir, 'precious')), true);
    await removeTree(dir);
  });
});
