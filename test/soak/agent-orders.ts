/** What the soak's driver and the agent under test say to each other: JSON, one object a line. */
import type { JournalRecord } from '../../src/core/journal-record.ts';

export type AgentOrder =
  | { readonly do: 'put'; readonly yaml: string }
  | { readonly do: 'delete'; readonly uid: string; readonly graceSeconds?: number }
  | { readonly do: 'setConfigMap'; readonly name: string; readonly value: string }
  /** The workers leave, and others take over from the journal. */
  | { readonly do: 'restart' }
  /** After the garbage is gone; writes a heap snapshot to the file, if there is to be one. */
  | { readonly do: 'measure'; readonly heapFile?: string }
  /** `stopRuntime`: a clean end. The process exits after its answer. */
  | { readonly do: 'close'; readonly stopRuntime: boolean };

/** Each order is answered once, with its id. */
export type NumberedOrder = AgentOrder & { readonly id: number };

export interface AgentMeasure {
  /** Before the snapshot was taken. */
  readonly rssKiB: number;
  readonly heapUsedBytes: number;
  /** Open files by what they are: "socket", "pipe", "/dev/…", "file journal.db". */
  readonly openFiles: Readonly<Record<string, number>>;
  /** What keeps the program's loop busy, by kind. */
  readonly resources: Readonly<Record<string, number>>;
}

export type AgentLine =
  | { readonly type: 'ready' }
  | { readonly type: 'answer'; readonly id: number; readonly value?: unknown; readonly error?: string }
  | { readonly type: 'record'; readonly record: JournalRecord }
  | { readonly type: 'gone'; readonly uid: string }
  | { readonly type: 'warning'; readonly message: string; readonly fields: unknown };
