/** `hooklet exec`: a program in a container, with the streams of this one. */
import type { Duplex, Readable, Writable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import type { ApiPod } from '../../../model/api-objects.ts';
import { HookletError, messageOf } from '../../../ports/hooklet-error.ts';
import type { ClientOptions } from '../client-options.ts';
import type { ClientSession } from '../client-session.ts';
import { chooseContainer } from '../show-logs.ts';
import { findPod } from './find-pod.ts';
import { SpdyConnection } from './spdy-connection.ts';

export interface ExecOptions extends ClientOptions {
  readonly container?: string;
  readonly stdin?: boolean;
  readonly tty?: boolean;
}

/** The streams of this process. */
export interface OwnStreams {
  readonly stdin: Readable;
  readonly stdout: Writable;
  readonly stderr: Writable;
  /** With a terminal: hands its keys over unread, and tells its size now and whenever it changes. Returns the way back. */
  takeTerminal(onSize: (size: { readonly columns: number; readonly rows: number }) => void): () => void;
}

export interface ExecRequest {
  readonly pod: string;
  readonly command: readonly string[];
  readonly options: ExecOptions;
}

/** `remotecommand/v4.go` and `httpstream/spdy` of upstream: the exit code comes as a Status. */
const PROTOCOL = 'v4.channel.k8s.io';

/** Resolves with the exit code of the program. */
export async function execInPod({ pod, command, options }: ExecRequest, session: ClientSession, own: OwnStreams): Promise<number> {
  const { path, found } = await findPod(pod, session);
  refuseEnded(found);
  const tty = options.tty === true;
  const stdin = options.stdin === true;
  const query = new URLSearchParams([
    ['container', chooseContainer(found, options, session)],
    ['stdin', String(stdin)],
    ['stdout', 'true'],
    ['stderr', String(!tty)],
    ['tty', String(tty)],
    ...command.map((word): [string, string] => ['command', word]),
  ]);
  const { socket, head } = await session.client.upgrade({ path: `${path}/exec?${query}`, protocols: [PROTOCOL] });
  const connection = new SpdyConnection(socket, head);
  const giveBack = { terminal: (): void => {} };
  try {
    // The order of upstream's client, which some servers rely on.
    const result = text(connection.open({ streamtype: 'error' }));
    const input = stdin ? connection.open({ streamtype: 'stdin' }) : undefined;
    const output = connection.open({ streamtype: 'stdout' });
    const errors = tty ? undefined : connection.open({ streamtype: 'stderr' });
    if (tty) giveBack.terminal = takeTerminal(own, connection.open({ streamtype: 'resize' }));
    // Its end is no end of the program: nobody waits for it, and a program that reads no more is no failure.
    if (input !== undefined) pipeline(own.stdin, input).catch(() => {});
    const [status] = await Promise.all([result, copied(output, own.stdout), ...(errors === undefined ? [] : [copied(errors, own.stderr)])]);
    return exitCodeIn(status);
  } finally {
    giveBack.terminal();
    connection.close();
  }
}

function takeTerminal(own: OwnStreams, resize: Duplex): () => void {
  return own.takeTerminal(({ columns, rows }) => resize.write(`${JSON.stringify({ Width: columns, Height: rows })}\n`));
}

const copied = (from: Readable, to: Writable): Promise<void> => pipeline(from, to, { end: false });

function refuseEnded({ status, metadata }: ApiPod): void {
  const phase = status?.phase;
  if (phase !== 'Succeeded' && phase !== 'Failed') return;
  throw new HookletError('badInput', `error: cannot exec in the Pod "${metadata?.name ?? ''}": it has ended (${phase})`);
}

interface ExecStatus {
  readonly status?: string;
  readonly reason?: string;
  readonly message?: string;
  readonly details?: { readonly causes?: readonly { readonly reason?: string; readonly message?: string }[] };
}

/** `client-go/tools/remotecommand/v4.go`. */
export function exitCodeIn(text: string): number {
  // It is told in success too: without it, nobody knows what became of the program.
  if (text === '') throw new HookletError('apiUnavailable', 'error: the connection to the server was lost before the program had ended');
  let status: ExecStatus;
  try {
    status = JSON.parse(text) as ExecStatus;
  } catch (error) {
    throw new HookletError('apiRefused', `error: the server told the end of the program in words of its own: ${messageOf(error)}`);
  }
  if (status.status === 'Success') return 0;
  const code = Number(status.details?.causes?.find(({ reason }) => reason === 'ExitCode')?.message);
  if (status.reason === 'NonZeroExitCode' && Number.isInteger(code)) return code;
  throw new HookletError('apiRefused', `error: ${status.message ?? text}`);
}
