/** What the contract suites of a runtime need to know of it, and the objects that they make. */
import type { ContainerSpec, SandboxSpec } from '../core/runtime-spec.ts';
import type { Runtime } from './runtime.ts';
import { contractContainers } from './runtime-programs.contract.ts';

export interface RuntimeSubject {
  readonly runtime: Runtime;
  /** An image with busybox's `sh` and `sleep` in its PATH. */
  readonly image: string;
  readonly cgroupParent: string;
  readonly logsDir: string;
  /** Lets time pass (a scripted runtime's clock is moved by hand) until the promise is settled. */
  settle<T>(promise: Promise<T>): Promise<T>;
}

let pods = 0;

/** A Pod that no other test has. */
export function newSandboxSpec(subject: RuntimeSubject): SandboxSpec {
  const uid = `contract-${process.pid}-${++pods}`;
  return {
    uid,
    namespace: 'default',
    name: `pod-${pods}`,
    attempt: 0,
    namespaces: { network: 'pod', pid: 'container', ipc: 'pod' },
    hostname: `pod-${pods}`,
    logDirectory: `${subject.logsDir}/${uid}`,
    cgroupParent: subject.cgroupParent,
    portMappings: [],
    labels: { 'io.kubernetes.pod.name': `pod-${pods}` },
    annotations: { of: 'sandbox' },
  };
}

export function newContainerSpec(subject: RuntimeSubject, name: keyof typeof contractContainers, restartCount = 0): ContainerSpec {
  return {
    name,
    restartCount,
    image: subject.image,
    command: contractContainers[name].argv,
    args: [],
    workingDir: '',
    env: [{ name: 'COLOUR', value: 'green' }],
    mounts: [],
    resources: { cpuPeriod: 100_000, cpuQuota: 0, cpuShares: 2, memoryLimitBytes: 0, oomScoreAdj: 1000 },
    logPath: `${name}/${restartCount}.log`,
    stdin: false,
    tty: false,
    labels: { 'io.kubernetes.container.name': name },
    annotations: { of: 'container' },
  };
}

export interface ContractPod {
  readonly sandbox: SandboxSpec;
  readonly sandboxId: string;
  /** Creates and starts. */
  start(name: keyof typeof contractContainers): Promise<string>;
}

/** Runs `work` with a Pod and removes the Pod, whatever becomes of the work. */
export async function withPod(subject: RuntimeSubject, work: (pod: ContractPod) => Promise<void>): Promise<void> {
  const { cri } = subject.runtime;
  const sandbox = newSandboxSpec(subject);
  const sandboxId = await cri.runPodSandbox(sandbox);
  const start = async (name: keyof typeof contractContainers): Promise<string> => {
    const id = await cri.createContainer(sandboxId, sandbox, newContainerSpec(subject, name));
    await cri.startContainer(id);
    return id;
  };
  try {
    await work({ sandbox, sandboxId, start });
  } finally {
    await cri.stopPodSandbox(sandboxId);
    await cri.removePodSandbox(sandboxId);
  }
}

/** Lets time pass until the container has ended. */
export function untilExited(subject: RuntimeSubject, uid: string, containerId: string): Promise<void> {
  const poll = async (): Promise<void> => {
    for (;;) {
      const containers = await subject.runtime.cri.listContainers(uid);
      if (containers.find(({ id }) => id === containerId)?.phase === 'exited') return;
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  };
  return subject.settle(poll());
}
