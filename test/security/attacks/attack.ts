import type { Exchange, SecuredApi } from '../secured-api.ts';

/** One line of `docs/security.md`: its test shows that the guard stops it, and that nothing else would. */
export interface Attack {
  /** The name of its test, and of its row. */
  readonly name: string;
  /** What the attacker finds, guarded or not. */
  readonly setting?: Exchange;
  /** The setting with this one guard taken away. */
  readonly without: Exchange;
  readonly succeeds: (api: SecuredApi) => Promise<boolean>;
}

/** Half a second is a hundred times what it takes. */
export async function comesTrue(condition: () => Promise<boolean>): Promise<boolean> {
  for (const end = performance.now() + 500; performance.now() < end; ) {
    if (await condition()) return true;
    await new Promise((resolve) => setImmediate(resolve));
  }
  return false;
}
