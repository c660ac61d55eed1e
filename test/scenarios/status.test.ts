import { equal } from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { CallFault, Program, Script } from '../../src/fakes/scripted-programs.ts';
import type { Container, PodSpec } from '../../src/model/pod.ts';
import type { ContainerStateStatus, PodStatus } from '../../src/model/pod-status.ts';
import { container, exec, pod, Scenario } from './scenario.ts';
import { statusOf } from './status-of.ts';

const shown = (state: ContainerStateStatus): string => {
  if (state.waiting !== undefined) return `waiting ${state.waiting.reason ?? ''}`;
  if (state.terminated !== undefined) return `terminated ${state.terminated.reason} ${state.terminated.exitCode}`;
  return state.running === undefined ? '-' : 'running';
};

/** "phase | state / lastState | restartCount | started/ready | Ready": the columns of `lifecycle.md` 12.4. */
function row(status: PodStatus, name = 'main'): string {
  const all = [...(status.initContainerStatuses ?? []), ...(status.containerStatuses ?? [])];
  const one = all.find((each) => each.name === name);
  if (one === undefined) return `${status.phase} | no status of ${name}`;
  const ready = status.conditions.find(({ type }) => type === 'Ready');
  const flags = `${one.started ? 'T' : 'F'}/${one.ready ? 'T' : 'F'}`;
  const condition = ready?.status === 'True' ? 'True' : ready?.reason;
  return [status.phase, `${shown(one.state)} / ${shown(one.lastState)}`, one.restartCount, flags, condition].join(' | ');
}

interface Situation {
  readonly what: string;
  readonly program?: (container: string, restartCount: number) => Program;
  readonly exec?: Script['exec'];
  readonly script?: Partial<Script>;
  readonly main?: Partial<Container>;
  readonly spec?: Partial<PodSpec>;
  readonly fault?: CallFault;
  /** When to look, in seconds after the start. */
  readonly at: number;
  /** Deletes the Pod at this second. */
  readonly deletedAt?: number;
  readonly row: string;
  readonly of?: string;
}

const crash = (exitCode: number) => (): Program => ({ endsAfterMs: 1000, exitCode });
const failingHook = { lifecycle: { postStart: exec('no') } };
const fails = () => ({ takesMs: 0, exitCode: 1 });
/** The first hook succeeds, the ones after it never end. */
const onlyTheFirst = () => {
  let begun = 0;
  return () => {
    begun += 1;
    return begun === 1 ? { takesMs: 0 } : {};
  };
};
const refuses = (method: string): CallFault => ({ method, call: 'every', work: 'notDone', error: 'runtimeFailed', message: 'no space' });
const startupProbe = {
  tcpSocket: { port: 1 },
  periodSeconds: 1,
  timeoutSeconds: 1,
  successThreshold: 1,
  failureThreshold: 100,
} as const;
const withInit = { initContainers: [container('setup')] };

/** The table of `lifecycle.md` 12.4, row by row. */
const SITUATIONS: readonly Situation[] = [
  {
    what: 'accepted, image pending',
    script: { images: [], pull: () => ({ takesMs: 60_000 }) },
    at: 5,
    row: 'Pending | waiting ContainerCreating / - | 0 | F/F | ContainersNotReady',
  },
  {
    what: 'postStart running (first start)',
    main: failingHook,
    exec: () => ({}),
    at: 5,
    row: 'Pending | waiting ContainerCreating / - | 0 | F/F | ContainersNotReady',
  },
  {
    what: 'startup probe pending',
    main: { startupProbe },
    at: 5,
    row: 'Running | running / - | 0 | F/F | ContainersNotReady',
  },
  {
    what: 'create fails',
    fault: refuses('createContainer'),
    at: 5,
    row: 'Pending | waiting CreateContainerError / - | 0 | F/F | ContainersNotReady',
  },
  {
    what: 'create fails, for what the container is to be given',
    main: { env: [{ name: 'A', valueFrom: { configMapKeyRef: { name: 'missing', key: 'a' } } }] },
    at: 5,
    row: 'Pending | waiting CreateContainerConfigError / - | 0 | F/F | ContainersNotReady',
  },
  { what: 'running', at: 5, row: 'Running | running / - | 0 | T/T | True' },
  {
    what: 'image pull fails, while the pull is tried again',
    script: { images: [], pull: (_image, pull) => ({ takesMs: pull === 1 ? 1000 : 60_000, error: 'no such host' }) },
    at: 12,
    row: 'Pending | waiting ErrImagePull / - | 0 | F/F | ContainersNotReady',
  },
  {
    what: 'image pull fails, between the tries',
    script: { images: [], pull: () => ({ takesMs: 1000, error: 'no such host' }) },
    at: 5,
    row: 'Pending | waiting ImagePullBackOff / - | 0 | F/F | ContainersNotReady',
  },
  {
    what: 'start fails, Always, at once',
    program: () => ({ startError: 'no such file' }),
    at: 0,
    row: 'Running | waiting CrashLoopBackOff / terminated StartError 128 | 1 | F/F | ContainersNotReady',
  },
  {
    what: 'start fails, Never',
    program: () => ({ startError: 'no such file' }),
    spec: { restartPolicy: 'Never' },
    at: 5,
    row: 'Failed | terminated StartError 128 / - | 0 | F/F | PodFailed',
  },
  {
    what: 'postStart fails, Always',
    main: failingHook,
    exec: fails,
    at: 5,
    row: 'Running | waiting CrashLoopBackOff / terminated Error 143 | 1 | F/F | ContainersNotReady',
  },
  {
    what: 'postStart fails, Never',
    main: failingHook,
    exec: fails,
    spec: { restartPolicy: 'Never' },
    at: 5,
    row: 'Failed | terminated Error 143 / - | 0 | F/F | PodFailed',
  },
  {
    what: 'postStart fails, Never, exit 0 on the signal',
    main: failingHook,
    exec: fails,
    program: () => ({ onSignal: { SIGTERM: { afterMs: 0, exitCode: 0 } } }),
    spec: { restartPolicy: 'Never' },
    at: 5,
    row: 'Succeeded | terminated Completed 0 / - | 0 | F/F | PodCompleted',
  },
  {
    what: 'exits 1, Always, first sync after: its next postStart runs',
    main: failingHook,
    exec: onlyTheFirst(),
    program: (_name, restartCount) => (restartCount === 0 ? { endsAfterMs: 1000, exitCode: 1 } : {}),
    at: 2,
    row: 'Running | terminated Error 1 / - | 0 | F/F | ContainersNotReady',
  },
  {
    what: 'exits 1, Always, waiting for back-off',
    program: crash(1),
    at: 5,
    row: 'Running | waiting CrashLoopBackOff / terminated Error 1 | 1 | F/F | ContainersNotReady',
  },
  {
    what: 'exits 0, OnFailure, all done',
    program: crash(0),
    spec: { restartPolicy: 'OnFailure' },
    at: 5,
    row: 'Succeeded | terminated Completed 0 / - | 0 | F/F | PodCompleted',
  },
  {
    what: 'exits 0, Never, all done',
    program: crash(0),
    spec: { restartPolicy: 'Never' },
    at: 5,
    row: 'Succeeded | terminated Completed 0 / - | 0 | F/F | PodCompleted',
  },
  { what: 'init running', spec: withInit, at: 5, of: 'setup', row: 'Pending | running / - | 0 | T/F | ContainersNotReady' },
  { what: 'init running: main', spec: withInit, at: 5, row: 'Pending | waiting PodInitializing / - | 0 | F/F | ContainersNotReady' },
  {
    what: 'init failing, Always',
    program: crash(1),
    spec: withInit,
    at: 5,
    of: 'setup',
    row: 'Pending | waiting CrashLoopBackOff / terminated Error 1 | 1 | F/F | ContainersNotReady',
  },
  {
    what: 'init failed, Never',
    program: crash(1),
    spec: { ...withInit, restartPolicy: 'Never' },
    at: 5,
    of: 'setup',
    row: 'Failed | terminated Error 1 / - | 0 | F/F | PodFailed',
  },
  {
    what: 'init failed, Never: main',
    program: crash(1),
    spec: { ...withInit, restartPolicy: 'Never' },
    at: 5,
    row: 'Failed | waiting PodInitializing / - | 0 | F/F | PodFailed',
  },
  { what: 'deleted, stopped by its signal', at: 5, deletedAt: 3, row: 'Failed | terminated Error 143 / - | 0 | F/F | PodFailed' },
  {
    what: 'deleted, stopped with 0',
    program: () => ({ onSignal: { SIGTERM: { afterMs: 500, exitCode: 0 } } }),
    at: 5,
    deletedAt: 3,
    row: 'Succeeded | terminated Completed 0 / - | 0 | F/F | PodCompleted',
  },
  {
    what: 'deleted before its container could be made',
    fault: refuses('createContainer'),
    at: 5,
    deletedAt: 3,
    row: 'Failed | terminated ContainerStatusUnknown 137 / - | 0 | F/F | PodFailed',
  },
  {
    what: 'deleting, preStop running',
    main: { lifecycle: { preStop: exec('drain') } },
    exec: () => ({}),
    at: 5,
    deletedAt: 3,
    row: 'Running | running / - | 0 | T/T | True',
  },
];

async function situation({ program, exec: execs, script = {}, main = {}, spec = {}, fault, at, deletedAt }: Situation): Promise<Scenario> {
  const scenario = new Scenario({
    ...script,
    ...(program === undefined ? {} : { program }),
    ...(execs === undefined ? {} : { exec: execs }),
  });
  if (fault !== undefined) scenario.runtime.cri.fail(fault);
  await scenario.start(pod('demo', [container('main', main)], spec));
  if (deletedAt !== undefined) {
    await scenario.clock.advance(deletedAt * 1000);
    await scenario.delete();
  }
  await scenario.clock.advance((at - (deletedAt ?? 0)) * 1000);
  return scenario;
}

describe('podStatus() in the situations of lifecycle.md 12.4', () => {
  for (const one of SITUATIONS) {
    it(one.what, async () => equal(row(statusOf(await situation(one)), one.of), one.row));
  }
});
