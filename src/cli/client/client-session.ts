/** What one run of a client's command works with, and how it ends. */
import { HookletError } from '../../ports/hooklet-error.ts';
import { escapeTerminal } from '../../printing/terminal-text.ts';
import type { CommandContext } from '../command-context.ts';
import { type ExitCode, exitCodeOf } from '../exit-code.ts';
import { onStopSignals } from '../stop-signals.ts';
import type { ApiClient } from './api-client.ts';
import type { ClientOptions } from './client-options.ts';
import { ResourceFinder } from './find-resource.ts';
import { openClient } from './open-client.ts';

export interface SessionOutput {
  text(text: string | Uint8Array): void;
  onClosed(listener: () => void): void;
}

export interface SessionParts {
  readonly client: ApiClient;
  /** Overrides that of the kubeconfig. */
  readonly namespace?: string;
  readonly stdout: SessionOutput;
  /** Writes to stderr. */
  readonly say: (text: string) => void;
  /** Wall time in milliseconds: ages are counted from it. */
  readonly now: () => number;
}

export class ClientSession {
  readonly client: ApiClient;
  readonly finder: ResourceFinder;
  readonly namespace: string;
  readonly now: () => number;
  readonly #stdout: SessionOutput;
  readonly #say: (text: string) => void;
  #exitCode: ExitCode = 0;

  constructor({ client, namespace, stdout, say, now }: SessionParts) {
    this.client = client;
    this.finder = new ResourceFinder(client);
    this.namespace = namespace ?? client.namespace;
    this.now = now;
    this.#stdout = stdout;
    this.#say = say;
  }

  get exitCode(): ExitCode {
    return this.#exitCode;
  }

  print(text: string | Uint8Array): void {
    this.#stdout.text(text);
  }

  /** Tells people something in kubectl's words: a line of its own on stderr, without this program's name. */
  note(text: string): void {
    this.#say(`${escapeTerminal(text)}\n`);
  }

  /** Tells what went wrong and lets the command go on; its exit code is that of the first failure. */
  fail(error: unknown): void {
    if (!(error instanceof HookletError)) throw error;
    this.note(error.message);
    if (this.#exitCode === 0) this.#exitCode = exitCodeOf(error);
  }

  /** Runs what would go on for ever; `signal` aborts on Ctrl-C, and when nobody reads any more. */
  async untilStopped(work: (signal: AbortSignal) => Promise<void>): Promise<void> {
    const stop = new AbortController();
    const stopListening = onStopSignals(() => stop.abort());
    this.#stdout.onClosed(() => stop.abort());
    try {
      await work(stop.signal);
    } catch (error) {
      if (!stop.signal.aborted) throw error;
    } finally {
      stopListening();
    }
  }
}

/** Opens the server, does the work, and says what failed. */
export async function runClient(
  options: ClientOptions,
  context: CommandContext,
  work: (session: ClientSession) => Promise<void>,
): Promise<void> {
  const client = await openClient(options, context.env);
  const session = new ClientSession({
    client,
    ...(options.namespace === undefined ? {} : { namespace: options.namespace }),
    stdout: context.stdout,
    say: (text) => process.stderr.write(text),
    now: Date.now,
  });
  try {
    await work(session).catch((error: unknown) => session.fail(error));
    context.exitWith(session.exitCode);
  } finally {
    client.close();
  }
}
