/**
 * An agent that dies, or loses its containerd, inside a call to the runtime: `node kill-agent.ts <json of KillOrder>`.
 *
 * It is wired as `hooklet run` is, with one difference: the calls that can be ordered to kill are watched. Everything is
 * one JSON object a line on stdout: the journal's records, `call` with the time that each watched call took, `killing`
 * when the kill is due, and `gone` once every Pod is removed and the runtime still runs. Lines on stdin: `stop` asks
 * for the graceful end, `leave` ends the agent and leaves containerd running.
 */
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { readPodFiles } from '../../src/cli/read-pod-files.ts';
import { RunSession } from '../../src/cli/run-session.ts';
import { startKubelet } from '../../src/compose/start-kubelet.ts';
import { openNode } from '../../src/compose.ts';
import type { HostPaths } from '../../src/ports/host-paths.ts';
import type { Logger } from '../../src/ports/logger.ts';
import type { Runtime } from '../../src/ports/runtime.ts';
import { containerdPid } from './kill-containerd.ts';

/** `execCreate` and `execStart` are those of a hook. */
export type KillableCall = 'runPodSandbox' | 'createContainer' | 'startContainer' | 'execCreate' | 'execStart';

export interface KillOrder {
  readonly stateDir: string;
  readonly files: readonly string[];
  readonly kill?: { readonly inside: KillableCall; readonly victim: 'agent' | 'containerd'; readonly afterMs: number };
}

export type AgentLine =
  | { readonly type: 'call'; readonly call: KillableCall; readonly ms: number }
  | { readonly type: 'killing' }
  | { readonly type: 'gone' };

const print = (line: object): void => void process.stdout.write(`${JSON.stringify(line)}\n`);

/** Tells how long calls take, and kills in the first one of the ordered kind. */
class CallWatch {
  #kill: KillOrder['kill'];
  readonly #paths: HostPaths;

  constructor(kill: KillOrder['kill'], paths: HostPaths) {
    this.#kill = kill;
    this.#paths = paths;
  }

  async watch<T>(call: KillableCall, run: () => Promise<T>): Promise<T> {
    const from = performance.now();
    const made = run();
    if (this.#kill?.inside === call) this.#killLater(this.#kill);
    try {
      return await made;
    } finally {
      print({ type: 'call', call, ms: performance.now() - from } satisfies AgentLine);
    }
  }

  #killLater({ victim, afterMs }: NonNullable<KillOrder['kill']>): void {
    this.#kill = undefined;
    const pid = victim === 'agent' ? process.pid : containerdPid(this.#paths);
    setTimeout(() => {
      if (victim === 'containerd') print({ type: 'killing' } satisfies AgentLine);
      process.kill(pid, 'SIGKILL');
    }, afterMs);
  }
}

function watched({ cri, nativeExec, ...rest }: Runtime, watch: CallWatch): Runtime {
  if (nativeExec === undefined) throw new Error('The runtime offers no execs of its own');
  return {
    ...rest,
    cri: replaced(cri, {
      runPodSandbox: (spec) => watch.watch('runPodSandbox', () => cri.runPodSandbox(spec)),
      createContainer: (id, sandbox, spec) => watch.watch('createContainer', () => cri.createContainer(id, sandbox, spec)),
      startContainer: (id) => watch.watch('startContainer', () => cri.startContainer(id)),
    }),
    nativeExec: replaced(nativeExec, {
      create: (id, execId, argv) => watch.watch('execCreate', () => nativeExec.create(id, execId, argv)),
      follow: (id, execId, options) =>
        options.start ? watch.watch('execStart', () => nativeExec.follow(id, execId, options)) : nativeExec.follow(id, execId, options),
    }),
  };
}

/** The object with some of its methods replaced; the others see the object itself, private fields and all. */
function replaced<T extends object>(real: T, methods: Partial<T>): T {
  return new Proxy(real, {
    get: (_, name) => {
      const value: unknown = name in methods ? methods[name as keyof T] : Reflect.get(real, name);
      return typeof value === 'function' ? value.bind(real) : value;
    },
  });
}

const logger: Logger = {
  info: (message, fields) => console.error(new Date().toISOString(), 'info', message, JSON.stringify(fields)),
  warn: (message, fields) => console.error(new Date().toISOString(), 'warn', message, JSON.stringify(fields)),
};

if (import.meta.main) {
  const { stateDir, files, kill } = JSON.parse(parseArgs({ allowPositionals: true }).positionals[0] ?? '') as KillOrder;
  const { pods: manifests } = await readPodFiles({ files, stdin: process.stdin, warn: console.error });
  const node = await openNode({ stateDir, logger }, { command: 'kill-agent' });
  const runtime = watched(node.runtime, new CallWatch(kill, node.paths));
  const parts = { node: { ...node, runtime }, startKubelet, show: print, logger };
  const session = new RunSession(parts, { manifests, logs: false });
  const left = Promise.withResolvers<void>();
  createInterface(process.stdin).on('line', (line) => (line === 'stop' ? session.stop() : left.resolve()));
  await session.run();
  print({ type: 'gone' } satisfies AgentLine);
  await left.promise;
  await node.close({ stopRuntime: false });
  process.exit(0);
}
