import { chmod, mkdir } from 'node:fs/promises';
import { HookletError, messageOf } from '../ports/hooklet-error.ts';

/** The runtime writes a Pod's logs there; nobody but root reads them. Idempotent. */
export async function makeLogDirectory(path: string): Promise<void> {
  try {
    const made = await mkdir(path, { recursive: true, mode: 0o700 });
    if (made !== undefined) await chmod(path, 0o700);
  } catch (error) {
    throw new HookletError(
      'runtimeFailed',
      `Cannot make the log directory at "${path}": ${messageOf(error)}; free space there, or remove what is in the way`,
      { cause: error },
    );
  }
}
