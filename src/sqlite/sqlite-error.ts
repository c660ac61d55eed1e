import { HookletError, messageOf } from '../ports/hooklet-error.ts';
import type { DatabaseKind } from './database-schema.ts';

/** Primary result codes, https://www.sqlite.org/rescode.html; the low byte of an extended code. */
const resultCode = { busy: 5, readOnly: 8, ioError: 10, corrupt: 11, full: 13, cantOpen: 14, notADatabase: 26 } as const;

function primaryCode(error: unknown): number | undefined {
  const code = (error as { readonly errcode?: unknown } | null)?.errcode;
  return typeof code === 'number' ? code & 0xff : undefined;
}

type Named = Pick<DatabaseKind, 'noun'>;

/** The database could not be opened or read. */
export function unreadable(kind: Named, file: string, error: unknown): HookletError {
  if (error instanceof HookletError) return error;
  const message = `reading the ${kind.noun} '${file}' failed: ${messageOf(error)}; ${readRemedy(kind, file, error)}`;
  return new HookletError('hostLacks', message, { cause: error });
}

/** The database could not be written: nothing of this transaction is stored. */
export function unwritable(kind: Named & Pick<DatabaseKind, 'unwritable'>, file: string, error: unknown): HookletError {
  if (error instanceof HookletError) return error;
  const message = `writing the ${kind.noun} '${file}' failed: ${messageOf(error)}; ${writeRemedy(kind, file, error)}`;
  return new HookletError(kind.unwritable, message, { cause: error, retry: 'later' });
}

function readRemedy(kind: Named, file: string, error: unknown): string {
  if (error instanceof Error && 'code' in error && error.code === 'EACCES') return 'run hooklet as root';
  switch (primaryCode(error)) {
    case resultCode.notADatabase:
    case resultCode.corrupt:
      return `the file is damaged or is no ${kind.noun}: move it away ('mv ${file} ${file}.damaged') to start with an empty one`;
    case resultCode.busy:
      return 'another program holds it locked: end that program';
    default:
      return 'check that its directory exists, is readable and writable, and that its disk works';
  }
}

function writeRemedy(kind: Named, file: string, error: unknown): string {
  switch (primaryCode(error)) {
    case resultCode.full:
      return 'free space on its file system';
    case resultCode.ioError:
      return 'check the disk it lies on';
    case resultCode.notADatabase:
    case resultCode.corrupt:
      return readRemedy(kind, file, error);
    case resultCode.busy:
      return 'another program holds it locked: end that program';
    default:
      return 'check that the file and its directory are writable';
  }
}
