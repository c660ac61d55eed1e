import { randomInt, randomUUID } from 'node:crypto';

/** What is made up: given from outside, so that a test can foresee it. */
export interface Identifiers {
  uid(): string;
  /** Ends of generated names. */
  randomName(length: number): string;
}

/** No vowels and no 0, 1, 3: nothing that reads like a word (`apimachinery/pkg/util/rand/rand.go`). */
const ALPHABET = 'bcdfghjklmnpqrstvwxz2456789';

export const RANDOM_IDENTIFIERS: Identifiers = {
  uid: () => randomUUID(),
  randomName: (length) => Array.from({ length }, () => ALPHABET[randomInt(ALPHABET.length)]).join(''),
};
