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

const ROUNDS = 30;
const ROUND_MS = 25;

/** Asks in rounds, not until a time: a loaded machine makes the rounds longer, for both sides. */
export async function comesTrue(condition: () => boolean | Promise<boolean>): Promise<boolean> {
  for (let round = 0; round < ROUNDS; round += 1) {
    if (await condition()) return true;
    await new Promise((resolve) => setTimeout(resolve, ROUND_MS));
  }
  return false;
}
