/** A private containerd, and an agent's view of it. */
import { ContainerdEvents } from '../../../src/containerd/containerd-events.ts';
import { ContainerdExec } from '../../../src/containerd/containerd-exec.ts';
import { ContainerdImages } from '../../../src/containerd/containerd-images.ts';
import { ContainerdSignals } from '../../../src/containerd/containerd-signals.ts';
import { CriRuntime } from '../../../src/cri/cri-runtime.ts';
import { GrpcChannel } from '../../../src/grpc/grpc-channel.ts';
import { SystemClock } from '../../../src/host/system-clock.ts';
import type { Runtime } from '../../../src/ports/runtime.ts';
import type { RuntimeSubject } from '../../../src/ports/runtime-subject.contract.ts';
import { images, type PrivateContainerd } from './private-containerd.ts';

export interface Agent extends Runtime {
  readonly nativeExec: ContainerdExec;
  readonly signals: ContainerdSignals;
  readonly events: ContainerdEvents;
  readonly imageImport: ContainerdImages;
  readonly channel: GrpcChannel;
}

export function newAgent(containerd: Pick<PrivateContainerd, 'socket' | 'instanceId' | 'pipesDir'>): Agent {
  const channel = new GrpcChannel(containerd.socket);
  const cri = new CriRuntime(channel, containerd.instanceId);
  const nativeExec = new ContainerdExec(channel, containerd.pipesDir);
  return {
    channel,
    cri,
    nativeExec,
    signals: new ContainerdSignals(channel),
    events: new ContainerdEvents(channel, new SystemClock()),
    imageImport: new ContainerdImages(channel, async (name) => (await cri.imageId(name)) !== undefined),
    close: () => {
      nativeExec.close();
      channel.close();
    },
  };
}

export function subjectOf(containerd: PrivateContainerd, runtime: Runtime): RuntimeSubject {
  return {
    runtime,
    image: images.busybox,
    cgroupParent: containerd.cgroupParent,
    logsDir: `${containerd.dir}/logs`,
    settle: (promise) => promise,
  };
}

/** Until containerd answers again: the channel reconnects by itself. */
export async function untilAnswering(agent: Agent): Promise<void> {
  for (;;) {
    try {
      await agent.cri.version();
      return;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}
