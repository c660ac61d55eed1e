/**
 * One variable of an env file, as `fileKeyRef` reads it (`pkg/kubelet/util/env/env_util.go`): a strict subset of a shell's
 * syntax. A value stands in single quotes, literally and over several lines if it likes; a comment may follow it.
 */

/** `value` is empty when the file has no such variable: upstream does not tell the two apart. */
export type EnvFileValue = { readonly value: string } | { readonly error: string };

export function envFileValue(text: string, key: string): EnvFileValue {
  const lines = new Lines(text);
  for (let line = lines.next(); line !== undefined; line = lines.next()) {
    const declaration = line.replace(/^[ \t]+/, '');
    if (declaration === '' || declaration.startsWith('#')) continue;
    const read = readDeclaration(declaration, lines);
    if ('error' in read) return read;
    if (read.name === key) return { value: read.value };
  }
  return { value: '' };
}

class Lines {
  readonly #lines: readonly string[];
  #at = 0;

  constructor(text: string) {
    this.#lines = text.split('\n').map((line) => line.replace(/\r$/, ''));
    // The end of the last line begins no other one.
    if (this.#lines.at(-1) === '') this.#lines = this.#lines.slice(0, -1);
  }

  /** From 1: of the line that was given last. */
  get number(): number {
    return this.#at;
  }

  next(): string | undefined {
    if (this.#at >= this.#lines.length) return undefined;
    this.#at += 1;
    return this.#lines[this.#at - 1];
  }
}

type Declaration = { readonly name: string; readonly value: string } | { readonly error: string };

function readDeclaration(line: string, lines: Lines): Declaration {
  const equals = line.indexOf('=');
  if (equals < 0) return wrong(lines.number, "missing '='");
  const name = line.slice(0, equals);
  if (name === '') return wrong(lines.number, 'empty variable name');
  if (/[ \t]$/.test(name)) return wrong(lines.number, "whitespace before '=' is not allowed");
  const given = line.slice(equals + 1);
  // As in a shell: what stands behind the blank is no part of the assignment any more.
  if (/^[ \t]/.test(given)) return { name, value: '' };
  if (!given.startsWith("'")) return wrong(lines.number, 'value must be enclosed in single quotes');
  const quoted = readQuoted(given.slice(1), lines);
  return 'error' in quoted ? quoted : { name, value: quoted.value };
}

function readQuoted(first: string, lines: Lines): EnvFileValue {
  const begun = lines.number;
  let value = '';
  let rest = first;
  for (;;) {
    const end = rest.indexOf("'");
    if (end >= 0) {
      const behind = rest.slice(end + 1).replace(/^[ \t]+/, '');
      if (behind !== '' && !behind.startsWith('#')) return wrong(lines.number, 'unexpected content after closing quote');
      return { value: value + rest.slice(0, end) };
    }
    value += `${rest}\n`;
    const next = lines.next();
    if (next === undefined) return { error: `invalid environment variable format starting at line ${begun}: unclosed single quote` };
    rest = next;
  }
}

const wrong = (line: number, what: string): { readonly error: string } => ({
  error: `invalid environment variable format at line ${line}: ${what}`,
});
