/** Pods whose hooks tell on the host what they did, for tests that kill things while hooks are in flight. */
import { appendFile, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { ExecTasks, stateOf } from '../../src/containerd/exec-tasks.ts';
import { GrpcChannel } from '../../src/grpc/grpc-channel.ts';
import type { HostPaths } from '../../src/ports/host-paths.ts';
import type { RecordOf } from './hooklet-run.ts';
import { until } from './host/host-traces.ts';

export interface ToldHook {
  /** Unique in its log. */
  readonly name: string;
  /** Seconds, or the gate whose opening it waits for. */
  readonly ends: number | string;
  readonly exitCode: number;
}

/** `begin NAME` and `end NAME`, a line each, in the order of what happened. */
export class HookLog {
  readonly dir: string;

  private constructor(dir: string) {
    this.dir = dir;
  }

  static async open(): Promise<HookLog> {
    const log = new HookLog(await mkdtemp(join(tmpdir(), 'hooklet-e2e-hooks-')));
    await appendFile(log.#file, '');
    return log;
  }

  get #file(): string {
    return join(this.dir, 'log');
  }

  async lines(): Promise<readonly string[]> {
    return (await readFile(this.#file, 'utf8')).split('\n').filter((line) => line !== '');
  }

  /** Resolves when every one of these lines is there. */
  async until(wanted: readonly string[], withinMs = 20_000): Promise<void> {
    const end = Date.now() + withinMs;
    for (;;) {
      const lines = await this.lines();
      const missing = wanted.filter((line) => !lines.includes(line));
      if (missing.length === 0) return;
      if (Date.now() > end) throw new Error(`not within ${withinMs} ms: ${missing.join(', ')}`);
      await setTimeout(10);
    }
  }

  /** Lets the hooks end that wait for this gate. */
  async openGate(gate: string): Promise<void> {
    await appendFile(join(this.dir, gate), '');
  }

  async remove(): Promise<void> {
    await rm(this.dir, { recursive: true, force: true });
  }
}

/** What the hook writes to its stdout and stderr. */
export const outputOf = ({ name }: ToldHook): { readonly stdout: string; readonly stderr: string } => ({
  stdout: `${name} begins\n${name} ends\n`,
  stderr: `${name} warns\n`,
});

function handlerOf({ name, ends, exitCode }: ToldHook): object {
  const begin = `echo begin ${name} >> /hooks/log; echo ${name} begins`;
  const end = `echo end ${name} >> /hooks/log; echo ${name} ends; echo ${name} warns >&2`;
  const wait = typeof ends === 'number' ? `sleep ${ends}` : `until [ -e /hooks/${ends} ]; do sleep 0.05; done`;
  return { exec: { command: ['sh', '-c', `${begin}; ${wait}; ${end}; exit ${exitCode}`] } };
}

export interface ToldContainer {
  readonly name: string;
  readonly postStart?: ToldHook;
  readonly preStop?: ToldHook;
}

/** A Pod that goes on for ever, ends on SIGTERM and is not restarted, as one document of YAML. */
export function podOf(
  name: string,
  containers: readonly ToldContainer[],
  { log, grace = 30 }: { readonly log: HookLog; readonly grace?: number },
): string {
  const list = containers.map(({ name: container, postStart, preStop }) => ({
    name: container,
    image: 'localhost/hooklet/base:1',
    command: ['sh', '-c', "trap 'exit 0' TERM; while true; do sleep 1 & wait $!; done"],
    volumeMounts: [{ name: 'hooks', mountPath: '/hooks' }],
    lifecycle: {
      ...(postStart === undefined ? {} : { postStart: handlerOf(postStart) }),
      ...(preStop === undefined ? {} : { preStop: handlerOf(preStop) }),
    },
  }));
  const volumes = [{ name: 'hooks', hostPath: { path: log.dir } }];
  const spec = { restartPolicy: 'Never', terminationGracePeriodSeconds: grace, volumes, containers: list };
  // JSON is YAML.
  return JSON.stringify({ apiVersion: 'v1', kind: 'Pod', metadata: { name }, spec });
}

/** Resolves when containerd itself shows every one of these execs as running. */
export async function untilRunning({ containerdSocket }: HostPaths, hooks: readonly RecordOf<'hook.started'>[]): Promise<void> {
  const channel = new GrpcChannel(containerdSocket);
  try {
    const tasks = new ExecTasks(channel);
    for (const { containerId, execId = '' } of hooks) {
      await until(`the exec ${execId} runs`, async () => stateOf(await tasks.get({ containerId, execId })).kind === 'running');
    }
  } finally {
    channel.close();
  }
}
