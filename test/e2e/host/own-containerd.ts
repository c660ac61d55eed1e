/** A containerd of a test's own in a state directory of its own, and the way to leave nothing of it. */
import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { ContainerdImages } from '../../../src/containerd/containerd-images.ts';
import { ContainerdProcess } from '../../../src/containerd/containerd-process.ts';
import { ContainerdSupervisor } from '../../../src/containerd/containerd-supervisor.ts';
import { prepareContainerd } from '../../../src/containerd/prepare-containerd.ts';
import type { ContainerSpec, SandboxSpec } from '../../../src/core/runtime-spec.ts';
import { CriRuntime } from '../../../src/cri/cri-runtime.ts';
import { GrpcChannel } from '../../../src/grpc/grpc-channel.ts';
import { HostBaseImages } from '../../../src/host/host-base-images.ts';
import { HostLeftoverSweep } from '../../../src/host/host-leftover-sweep.ts';
import { hostPaths, makeHostDirs } from '../../../src/host/host-paths.ts';
import { HostPrograms } from '../../../src/host/host-programs.ts';
import { ProcHostProcesses } from '../../../src/host/proc-host-processes.ts';
import { removeTree } from '../../../src/host/remove-tree.ts';
import { SystemClock } from '../../../src/host/system-clock.ts';
import type { HostPaths } from '../../../src/ports/host-paths.ts';

export interface OwnContainerd {
  readonly paths: HostPaths;
  readonly supervisor: ContainerdSupervisor;
  readonly process: ContainerdProcess;
  readonly cri: CriRuntime;
  readonly sweep: HostLeftoverSweep;
  /** Another supervisor of the same state directory, as a second program has it. */
  another(): ContainerdSupervisor;
  importBaseImages(): Promise<void>;
  remove(): Promise<void>;
}

export async function ownContainerd(): Promise<OwnContainerd> {
  const paths = await hostPaths(await mkdtemp('/tmp/hooklet-test-'));
  await makeHostDirs(paths);
  const clock = new SystemClock();
  const processes = new ProcHostProcesses();
  const programs = new HostPrograms();
  const channel = new GrpcChannel(paths.containerdSocket);
  const cri = new CriRuntime(channel, paths.instanceId);
  const images = new ContainerdImages(channel, async (name) => (await cri.imageId(name)) !== undefined);
  const probe = async () => void (await cri.version());
  const process = new ContainerdProcess({ paths, processes, programs, clock, probe });
  const sweep = new HostLeftoverSweep({ paths, processes, programs, clock });
  const another = () =>
    new ContainerdSupervisor({
      process,
      socket: paths.containerdSocket,
      prepare: () => prepareContainerd({ paths, programs }),
      sweep,
      clock,
    });
  const supervisor = another();
  return {
    paths,
    supervisor,
    process,
    cri,
    sweep,
    another,
    importBaseImages: async () => {
      const archive = join(paths.stateDir, 'base-images.tar');
      await new HostBaseImages().writeArchive(archive);
      await images.importArchive(archive);
    },
    remove: async () => {
      await supervisor.stop();
      channel.close();
      await removeTree(paths.stateDir);
    },
  };
}

export const sandboxSpec = (paths: HostPaths, uid: string): SandboxSpec => ({
  uid,
  namespace: 'default',
  name: uid,
  attempt: 0,
  namespaces: { network: 'pod', pid: 'container', ipc: 'pod' },
  hostname: uid,
  logDirectory: join(paths.logsDir, uid),
  cgroupParent: paths.cgroupParent,
  portMappings: [],
  labels: {},
  annotations: {},
});

export const containerSpec = (command: readonly string[]): ContainerSpec => ({
  name: 'main',
  restartCount: 0,
  image: 'localhost/hooklet/base:1',
  command,
  args: [],
  workingDir: '',
  env: [],
  mounts: [],
  resources: { cpuPeriod: 0, cpuQuota: 0, cpuShares: 0, memoryLimitBytes: 0, oomScoreAdj: 1000 },
  logPath: 'main.log',
  stdin: false,
  tty: false,
  labels: {},
  annotations: {},
});
