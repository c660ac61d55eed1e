/**
 * What only the text of an object tells: fields that are there twice, and in which order unknown ones came. The words,
 * the limit and the order are those of `sigs.k8s.io/json` with its strict options.
 */
import type { ApiField, ApiSchema, ApiType } from './api-schema.ts';

/** More are not collected (`kubernetes_patch.go` saveStrictError). */
export const MAX_STRICT_ERRORS = 100;

export const unknownField = (path: string): string => `unknown field ${JSON.stringify(path)}`;
const duplicateField = (path: string): string => `duplicate field ${JSON.stringify(path)}`;

export const fieldPath = (parent: string, name: string): string => (parent === '' ? name : `${parent}.${name}`);

/** `unwatched`: not of this API, so nothing in it is judged. `untyped`: every field is known, but none may come twice. */
type Watched = ApiType | 'untyped' | 'unwatched';

/**
 * `text` is valid JSON, nested no deeper than a recursion can follow. Without `type` nothing is unknown: a patch, for
 * example. Each error comes once, at most 100.
 */
export function findStrictErrors(text: string, type: ApiType | undefined, schema: ApiSchema): readonly string[] {
  const walk = new TextWalk(text, schema);
  walk.value(type ?? 'untyped', '');
  return [...walk.errors];
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

class TextWalk {
  readonly errors = new Set<string>();
  readonly #text: string;
  readonly #schema: ApiSchema;
  #at = 0;

  constructor(text: string, schema: ApiSchema) {
    this.#text = text;
    this.#schema = schema;
  }

  value(type: Watched, path: string): void {
    this.#skipSpace();
    const first = this.#text[this.#at];
    if (type === 'unwatched' || (first !== '{' && first !== '[')) this.#skipValue();
    else if (first === '{') this.#object(type, path);
    else this.#list(type, path);
  }

  #object(type: ApiType | 'untyped', path: string): void {
    const childOf = this.#fieldsOf(type);
    if (childOf === undefined) {
      this.#skipValue();
      return;
    }
    const seen = new Set<string>();
    while (this.#enterNext('}')) {
      const name = this.#string();
      const child = childOf(name);
      const at = fieldPath(path, name);
      if (child === 'unwatched') this.#report(unknownField(at));
      else if (seen.has(name)) this.#report(duplicateField(at));
      seen.add(name);
      this.#skipSpace();
      this.#at += 1;
      this.value(child, at);
    }
  }

  /** What stands below each name; `undefined`: no field of this value is judged. */
  #fieldsOf(type: ApiType | 'untyped'): ((name: string) => Watched) | undefined {
    if (type === 'untyped') return () => 'untyped';
    if (type.kind === 'map') return () => type.element;
    if (type.kind !== 'ref') return undefined;
    const fields: Readonly<Record<string, ApiField>> = this.#schema.type(type.name)?.fields ?? {};
    return (name) => (Object.hasOwn(fields, name) ? (fields[name] as ApiField).type : 'unwatched');
  }

  #list(type: ApiType | 'untyped', path: string): void {
    const element = type === 'untyped' ? type : type.kind === 'list' ? type.element : 'unwatched';
    for (let index = 0; this.#enterNext(']'); index += 1) this.value(element, `${path}[${index}]`);
  }

  /** Steps over what opens or parts members. False, and behind the end, when there are no more. */
  #enterNext(end: string): boolean {
    this.#skipSpace();
    // An opening bracket, the comma after a member, or the end.
    const isEnd = this.#text[this.#at] === end;
    this.#at += 1;
    if (isEnd) return false;
    this.#skipSpace();
    if (this.#text[this.#at] !== end) return true;
    this.#at += 1;
    return false;
  }

  #report(error: string): void {
    if (this.errors.size < MAX_STRICT_ERRORS) this.errors.add(error);
  }

  #string(): string {
    const start = this.#at;
    this.#skipString();
    const quoted = this.#text.slice(start, this.#at);
    return quoted.includes('\\') ? (JSON.parse(quoted) as string) : quoted.slice(1, -1);
  }

  #skipString(): void {
    for (this.#at += 1; this.#text.charCodeAt(this.#at) !== QUOTE; this.#at += 1) {
      if (this.#text.charCodeAt(this.#at) === BACKSLASH) this.#at += 1;
    }
    this.#at += 1;
  }

  #skipSpace(): void {
    while (this.#text.charCodeAt(this.#at) <= 0x20) this.#at += 1;
  }

  /** Without recursion, whatever is in it. */
  #skipValue(): void {
    let depth = 0;
    do {
      this.#skipSpace();
      depth += this.#skipToken();
    } while (depth > 0);
  }

  /** How much deeper the walk is behind it. */
  #skipToken(): number {
    const first = this.#text[this.#at] ?? '';
    if (first === '"') {
      this.#skipString();
      return 0;
    }
    const deeper = DEEPER[first];
    this.#at += deeper === undefined ? this.#scalarLength() : 1;
    return deeper ?? 0;
  }

  #scalarLength(): number {
    SCALAR_END.lastIndex = this.#at;
    return (SCALAR_END.exec(this.#text)?.index ?? this.#text.length) - this.#at;
  }
}

const DEEPER: Readonly<Record<string, number>> = { '{': 1, '[': 1, '}': -1, ']': -1, ',': 0, ':': 0 };

const SCALAR_END = /[\s,\]}]/g;
