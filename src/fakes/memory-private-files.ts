import { HookletError } from '../ports/hooklet-error.ts';
import { isPrivateFileName, type PrivateFiles } from '../ports/private-files.ts';

/** Private files without a disk. */
export class MemoryPrivateFiles implements PrivateFiles {
  /** What is on its disk: hand it to a second one to play a restart. */
  readonly content: Map<string, string>;
  /** While true, no write succeeds. */
  isFull = false;

  constructor(content: Map<string, string> = new Map()) {
    this.content = content;
  }

  async read(name: string): Promise<string | undefined> {
    return this.content.get(checked(name));
  }

  async write(name: string, text: string): Promise<void> {
    const key = checked(name);
    if (this.isFull) throw new HookletError('hostLacks', `Cannot write "${key}": the disk is full; free space on it`);
    this.content.set(key, text);
  }
}

function checked(name: string): string {
  if (!isPrivateFileName(name)) throw new HookletError('badInput', `${JSON.stringify(name)} cannot name a private file`);
  return name;
}
