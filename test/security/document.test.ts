/** Keeps `docs/security.md` and the tests that it names the same. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { ATTACKS } from './attacks/all-attacks.ts';

const document = readFileSync('docs/security.md', 'utf8');

/** The lines of the table below a heading, cell by cell, without its head. */
function rowsBelow(heading: string): readonly (readonly string[])[] {
  const [, below = ''] = document.split(`\n${heading}\n`);
  const lines =
    below
      .split(/\n#/, 1)[0]
      ?.split('\n')
      .filter((line) => line.startsWith('|')) ?? [];
  return lines.slice(2).map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

const named = (cell: string): readonly (readonly [file: string, title: string])[] =>
  [...cell.matchAll(/`([^`]+\.test\.ts)`: (.+?)(?=; `|$)/g)].map(([, file = '', title = '']) => [file, title] as const);

describe('docs/security.md', () => {
  for (const [target, attacks] of Object.entries(ATTACKS)) {
    it(`has a line for every attack on ${target}, in their order, and for nothing else`, () => {
      const rows = rowsBelow(`### On ${target}`);
      assert.deepEqual(
        rows.map(([attack]) => attack),
        attacks.map(({ name }) => name),
      );
      for (const [attack, guard = ''] of rows) assert.match(guard, /^(?:`src\/[\w/.-]+\.ts`|the same)/, attack);
    });
  }

  it('names tests of all other attacks, each of which is there under that title', () => {
    const rows = rowsBelow('## Other attacks');
    assert.ok(rows.length > 20);
    const missing = rows.flatMap(([attack, , shownBy = '']) => {
      const tests = named(shownBy);
      if (tests.length === 0) return [`${attack}: no test`];
      return tests
        .filter(([file, title]) => !existsSync(file) || !readFileSync(file, 'utf8').includes(title))
        .map(([file, title]) => `${file}: ${title}`);
    });
    assert.deepEqual(missing, []);
  });

  it('has no name of an attack twice', () => {
    const names = Object.values(ATTACKS).flatMap((attacks) => attacks.map(({ name }) => name));
    assert.deepEqual(names, [...new Set(names)]);
  });
});
