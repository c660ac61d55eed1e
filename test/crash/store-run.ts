/** A `store-writer.ts` that runs: what it says, and how it ended. */
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import type { WriterLine, WriterOrder } from './store-writer.ts';

const program = fileURLToPath(new URL('store-writer.ts', import.meta.url));

/** Far above what any of them takes. */
const PATIENCE_MS = 60_000;

export interface StoreRun {
  readonly lines: readonly WriterLine[];
  /** The signal that ended it, else its exit code. */
  readonly end: NodeJS.Signals | number | null;
  readonly stderr: string;
}

/** Resolves when it has ended. `killAt`: `kill -9` as soon as this many lines were heard, wherever it is by then. */
export async function runWriter(order: WriterOrder, killAt = Number.POSITIVE_INFINITY): Promise<StoreRun> {
  const child: ChildProcessByStdio<null, Readable, Readable> = spawn(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', program, JSON.stringify(order)],
    { stdio: ['ignore', 'pipe', 'pipe'], timeout: PATIENCE_MS },
  );
  const lines: WriterLine[] = [];
  let stderr = '';
  child.stderr.on('data', (data: Buffer) => {
    stderr += data.toString();
  });
  createInterface(child.stdout).on('line', (line) => {
    lines.push(JSON.parse(line) as WriterLine);
    if (lines.length === killAt) child.kill('SIGKILL');
  });
  const [code, signal] = await once(child, 'close');
  return { lines, end: (signal ?? code) as NodeJS.Signals | number | null, stderr };
}
