import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe, it } from 'node:test';
import type { RuntimeSupervisorEvent } from '../../../src/ports/runtime-supervisor.ts';
import { type HostTraces, hostTraces, isThere, noTraces, until } from './host-traces.ts';
import { containerSpec, type OwnContainerd, ownContainerd, sandboxSpec } from './own-containerd.ts';

describe('HostLeftoverSweep, with containerd killed inside RunPodSandbox', () => {
  let own: OwnContainerd;
  before(async () => {
    own = await ownContainerd();
    await own.supervisor.ensureRunning();
    await own.importBaseImages();
  });
  after(() => own.remove());

  // What RunPodSandbox makes, in the order in which it makes it.
  const moments: Readonly<Record<string, (traces: HostTraces) => boolean>> = {
    'the network namespace is mounted': ({ mounts }) => mounts.some((mount) => mount.includes('/netns/')),
    'the address is leased': ({ leases }) => leases.length > 0,
    'the network is up': ({ cniResults }) => cniResults.length > 0,
    'the shim runs': ({ shims }) => shims.length > 0,
    'the cgroup is made': ({ cgroups }) => cgroups.length > 0,
  };
  for (const [moment, reached] of Object.entries(moments)) {
    it(`leaves nothing of a sandbox whose maker died when ${moment}, and the next one works`, async () => {
      const answer = own.cri.runPodSandbox(sandboxSpec(own.paths, 'killed')).then(
        () => 'made',
        () => 'failed',
      );
      await until(moment, async () => reached(await hostTraces(own.paths)));
      await killContainerd(own);
      await answer;
      for (const { id } of await own.cri.listSandboxes()) {
        await own.cri.stopPodSandbox(id);
        await own.cri.removePodSandbox(id);
      }
      await own.sweep.sweep({ podUids: [], sandboxIds: [], containerIds: [] });
      assert.deepEqual(await hostTraces(own.paths), noTraces);

      const next = await own.cri.runPodSandbox(sandboxSpec(own.paths, 'next'));
      await own.cri.stopPodSandbox(next);
      await own.cri.removePodSandbox(next);
    });
  }
});

describe('HostLeftoverSweep', () => {
  let own: OwnContainerd;
  let sandboxId: string;
  let containerId: string;
  beforeEach(async () => {
    own = await ownContainerd();
    await own.supervisor.ensureRunning();
    await own.importBaseImages();
    const spec = { ...sandboxSpec(own.paths, 'lives'), portMappings: [{ protocol: 'TCP' as const, containerPort: 80, hostPort: 38_123 }] };
    sandboxId = await own.cri.runPodSandbox(spec);
    containerId = await own.cri.createContainer(sandboxId, spec, containerSpec(['sleep', '1000']));
    await own.cri.startContainer(containerId);
  });
  afterEach(() => own.remove());

  it('sweep() touches nothing of what lives', async () => {
    const before = await hostTraces(own.paths);
    assert.deepEqual(await own.sweep.sweep({ podUids: [], sandboxIds: [sandboxId], containerIds: [containerId] }), []);
    assert.deepEqual(await hostTraces(own.paths), before);
    const states = await own.cri.listContainers();
    assert.deepEqual(
      states.map(({ id, phase }) => ({ id, phase })),
      [{ id: containerId, phase: 'running' }],
    );
  });

  it('sweep() removes a shim, its processes, mounts, network and cgroups when containerd has forgotten them', async () => {
    // The state of another containerd root: it knows nothing of the shim that runs.
    const running = own.process.find();
    assert.ok(running);
    own.supervisor.leave();
    await own.process.end(running);
    const kinds = new Set((await own.sweep.sweep({ podUids: [], sandboxIds: [], containerIds: [] })).map(({ kind }) => kind));
    assert.deepEqual([...kinds].sort(), ['bundle', 'cgroup', 'cniCache', 'iptables', 'lease', 'mount', 'process', 'shim']);
    const { bridgePorts, ...traces } = await hostTraces(own.paths);
    const { bridgePorts: _, ...none } = noTraces;
    assert.deepEqual(traces, none);
    await until('the kernel removed the veth of the dead namespace', async () => (await hostTraces(own.paths)).bridgePorts.length === 0);
    assert.ok(bridgePorts.length <= 1);
  });

  it('stop() of the supervisor ends running containers and leaves neither bridge, cgroup parent nor run directory', async () => {
    await own.supervisor.stop();
    assert.deepEqual(await hostTraces(own.paths), noTraces);
    assert.equal(await isThere(`/sys/class/net/${own.paths.bridgeName}`), false);
    assert.equal(await isThere(`/sys/fs/cgroup/memory${own.paths.cgroupParent}`), false);
    assert.equal(await isThere(`/sys/fs/cgroup${own.paths.cgroupParent}`), false);
    assert.equal(await isThere(own.paths.runDir), false);
    assert.equal(own.process.find(), undefined);
  });
});

async function killContainerd(own: OwnContainerd): Promise<void> {
  const running = own.process.find();
  assert.ok(running);
  const restarted = new Promise<void>((resolve) => {
    const off = own.supervisor.onEvent(({ kind }: RuntimeSupervisorEvent) => {
      if (kind !== 'restarted') return;
      off();
      resolve();
    });
  });
  process.kill(running.pid, 'SIGKILL');
  await restarted;
}
