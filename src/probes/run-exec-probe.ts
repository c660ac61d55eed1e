/** An exec probe: a process of our own inside the container, or the runtime's ExecSync where it offers nothing better. */
import { commandOutcome, commandTimedOut, PROBE_OUTPUT_BYTES, type ProbeOutcome, unknown } from '../core/probe/probe-outcome.ts';
import { probeArgv } from '../core/probe/probe-request.ts';
import type { WantedProbe } from '../core/probe/wanted-probes.ts';
import { messageOf } from '../ports/hooklet-error.ts';
import type { ProbeParts } from './probe-parts.ts';
import { withTimeout } from './with-timeout.ts';

interface CommandEnd {
  readonly exitCode: number;
  readonly output: Buffer;
}

export async function runExecProbe(
  wanted: WantedProbe,
  command: readonly string[],
  parts: ProbeParts,
  signal: AbortSignal,
): Promise<ProbeOutcome> {
  const argv = probeArgv(command, wanted.container);
  const ended = parts.nativeExec === undefined ? byExecSync(wanted, argv, parts, signal) : byExecOfOurOwn(wanted, argv, parts, signal);
  const end = await ended;
  if (end === 'timedOut') return commandTimedOut(argv, wanted.probe.timeoutSeconds);
  return 'result' in end ? end : commandOutcome(end.exitCode, end.output.toString('utf8', 0, PROBE_OUTPUT_BYTES));
}

type Ended = CommandEnd | 'timedOut' | ProbeOutcome;

async function byExecOfOurOwn(
  { containerId, kind, probe }: WantedProbe,
  argv: readonly string[],
  { clock, execTurns, nativeExec, nextExecId }: ProbeParts,
  signal: AbortSignal,
): Promise<Ended> {
  const execId = nextExecId(kind);
  const run = (pass: () => void): Promise<CommandEnd | 'timedOut'> =>
    withTimeout({ clock, seconds: probe.timeoutSeconds, signal }, async (during) => {
      if (nativeExec === undefined) throw new Error('Cannot run an exec: the runtime has none of its own');
      return nativeExec.run(containerId, execId, argv, { signal: during, onStarted: pass });
    });
  try {
    return await execTurns.take(signal, run);
  } catch (error) {
    signal.throwIfAborted();
    // An id that differs each time would make each event another one.
    return unknown(messageOf(error).replaceAll(execId, kind));
  }
}

/** How much longer than our own the runtime's timeout is: ours decides, its is there should our call be lost. */
const RUNTIME_SLACK_SECONDS = 1;

async function byExecSync(
  { containerId, probe }: WantedProbe,
  argv: readonly string[],
  { clock, cri }: ProbeParts,
  signal: AbortSignal,
): Promise<Ended> {
  const seconds = probe.timeoutSeconds;
  try {
    return await withTimeout({ clock, seconds, signal }, async (during) => {
      const { exitCode, stdout, stderr } = await cri.execSync(containerId, argv, during, seconds + RUNTIME_SLACK_SECONDS);
      return { exitCode, output: Buffer.concat([stdout, stderr]) };
    });
  } catch (error) {
    signal.throwIfAborted();
    return unknown(messageOf(error));
  }
}
