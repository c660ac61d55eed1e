/** `hooklet run` on this machine: input, signals and output around a `RunSession`. */

import { LocalPodObjects } from '../kubelet/local-pod-objects.ts';
import type { PodManifest } from '../model/pod.ts';
import type { OpenNode } from '../ports/open-node.ts';
import type { PodObjects } from '../ports/pod-objects.ts';
import type { CommandContext } from './command-context.ts';
import type { ExitCode } from './exit-code.ts';
import { nodeOptions, podSettings } from './node-options.ts';
import { readJournal } from './read-journal.ts';
import { readPodFiles } from './read-pod-files.ts';
import { recordPrinter } from './record-printer.ts';
import type { RunOptions } from './run.ts';
import { runFailures } from './run-failures.ts';
import { runNotes } from './run-notes.ts';
import { type RunEnd, RunSession, type StartKubelet } from './run-session.ts';
import { runSummary } from './run-summary.ts';
import { onStopSignals } from './stop-signals.ts';

export async function runPods(files: readonly string[], options: RunOptions, context: CommandContext): Promise<ExitCode> {
  const node = nodeOptions(options, context);
  const warnings: string[] = [];
  const warn = (warning: string): void => {
    warnings.push(warning);
    context.say(warning);
  };
  const { pods: manifests, objects } = await readPodFiles({ files, stdin: process.stdin, warn });
  const stops = new StopWishes(context);
  const stopListening = onStopSignals(() => stops.add());
  // Nobody reads any more, as with `| head`: the same as Ctrl-C.
  context.stdout.onClosed(() => stops.add());
  try {
    const { openNode } = await import('../compose.ts');
    return await runOn(await openNode(node, { command: 'hooklet run', pods: manifests }), manifests, {
      ...{ options, context, stops, warnings },
      objects: new LocalPodObjects(objects),
    });
  } finally {
    stopListening();
  }
}

/** Wishes to stop, also those that come before there is something to stop. */
class StopWishes {
  readonly #context: CommandContext;
  #count = 0;
  #session: RunSession | undefined;

  constructor(context: CommandContext) {
    this.#context = context;
  }

  add(): void {
    this.#count += 1;
    if (this.#count === 1) this.#context.say('ending the Pods gracefully; once more (Ctrl-C) shortens their grace to 1 s');
    if (this.#count === 2) this.#context.say('the grace is now 1 s; once more (Ctrl-C) leaves what does not end to the next command');
    if (this.#count === 3) this.#context.say('leaving');
    this.#session?.stop();
  }

  tell(session: RunSession): void {
    this.#session = session;
    for (let count = 0; count < this.#count; count += 1) session.stop();
  }
}

interface RunFrame {
  readonly options: RunOptions;
  readonly context: CommandContext;
  readonly stops: StopWishes;
  /** Of the manifests. They scrolled away long ago. */
  readonly warnings: readonly string[];
  readonly objects: PodObjects;
}

async function runOn(
  node: OpenNode,
  manifests: readonly PodManifest[],
  { options, context, stops, warnings, objects }: RunFrame,
): Promise<ExitCode> {
  // Whatever goes wrong before every Pod is gone, its containers are left alive for the next command to take over.
  let isClean = false;
  try {
    const { startKubelet } = await import('../compose/start-kubelet.ts');
    const show = recordPrinter(manifests, options, context);
    const request = {
      manifests,
      logs: options.logs,
      settings: podSettings(options),
      ...(options.for === undefined ? {} : { forMs: options.for }),
    };
    const { allowedUnsafeSysctls = [] } = options;
    const start: StartKubelet = (open, wanted, source, kubelet) =>
      startKubelet(open, wanted, source, { ...kubelet, objects, allowedUnsafeSysctls });
    const session = new RunSession({ node, startKubelet: start, show, logger: context.logger }, request);
    stops.tell(session);
    const end = await session.run();
    isClean = end.leftPods.length === 0;
    if (options.output === 'text') await summarise(node, end, context);
    // The verdict is the last that is said, also where both streams go to one file.
    await context.stdout.flushed();
    if (options.output === 'text') for (const warning of warnings) context.say(warning);
    return judge(node, end, context);
  } finally {
    await node.close({ stopRuntime: isClean });
  }
}

async function summarise(node: OpenNode, { uids }: RunEnd, { colours, stdout }: CommandContext): Promise<void> {
  const { wallMs: nowWallMs } = node.clock.now();
  for (const line of await runSummary(node, uids, { colours, nowWallMs })) stdout.line(line);
}

/** More would scroll what matters away; the table has them all. */
const MAX_FAILURES_SHOWN = 10;

function judge(node: OpenNode, { ownUids, afterSeq, journalFailed, leftPods }: RunEnd, { say, stdout }: CommandContext): ExitCode {
  const records = ownUids.flatMap((uid) => [...readJournal(node.journal, { uid, afterSeq })].map(({ record }) => record));
  for (const note of runNotes(records)) say(`note: ${note}`);
  const failures = [...runFailures(records)];
  if (journalFailed) failures.push('the journal could not always be written; what happened meanwhile was written later, if it could be');
  for (const failure of failures.slice(0, MAX_FAILURES_SHOWN)) say(`failed: ${failure}`);
  if (failures.length > MAX_FAILURES_SHOWN) say(`failed: and ${failures.length - MAX_FAILURES_SHOWN} more`);
  if (leftPods.length > 0) say(leftMessage(leftPods, node.paths.stateDir));
  if (stdout.droppedLines > 0) say(`${stdout.droppedLines} log lines were not shown: they came faster than they were read`);
  return failures.length === 0 && leftPods.length === 0 ? 0 : 1;
}

const leftMessage = (pods: readonly string[], stateDir: string): string =>
  [
    `not ended yet: ${pods.join(', ')}; what still runs of it goes on running`,
    `the next "hooklet run" with the state directory ${stateDir} goes on from there`,
    `"hooklet reset --state-dir ${stateDir}" removes everything at once, without preStop`,
  ].join('\n');
