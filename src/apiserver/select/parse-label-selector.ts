/**
 * The text of a label selector, as in `?labelSelector=` (`apimachinery/pkg/labels/selector.go`):
 *
 *   app=web  app==web  app!=web  app in (web,api)  app notin (web)  app  !app  generation>2  generation<5
 *
 * one or several, with commas. One pass over the text makes tokens, one pass over the tokens makes requirements: a long
 * selector takes as long as it is, whatever is in it.
 */
import { invalid } from '../../model/field-error.ts';
import { qualifiedName } from '../../model/name-rules.ts';
import { badRequest, StatusError } from '../status-error.ts';
import { checkedRequirement, type LabelOperator, type LabelRequirement, type LabelSelector } from './label-selector.ts';

type Kind = 'identifier' | 'end' | 'unknown' | '(' | ')' | ',' | '!' | '=' | '==' | '!=' | '>' | '<';

interface Token {
  readonly kind: Kind;
  readonly text: string;
}

/** Sorted by key, as upstream gives it back. Throws a StatusError (400). */
export function parseLabelSelector(text: string): LabelSelector {
  const tokens = new Tokens(text);
  const requirements: LabelRequirement[] = [];
  while (tokens.next.kind !== 'end') {
    const { kind, text: found } = tokens.next;
    if (kind !== 'identifier' && kind !== '!') throw badRequest(`found '${found}', expected: !, identifier, or 'end of string'`);
    requirements.push(readRequirement(tokens));
    const after = tokens.take();
    if (after.kind === 'end') break;
    if (after.kind !== ',') throw badRequest(`found '${after.text}', expected: ',' or 'end of string'`);
    if (tokens.next.kind !== 'identifier' && tokens.next.kind !== '!') {
      throw badRequest(`found '${tokens.next.text}', expected: identifier after ','`);
    }
  }
  return requirements.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
}

function readRequirement(tokens: Tokens): LabelRequirement {
  try {
    const isAbsent = tokens.next.kind === '!';
    if (isAbsent) tokens.take();
    const key = readKey(tokens.take());
    const isBare = tokens.next.kind === 'end' || tokens.next.kind === ',';
    // "!app=web" goes wrong at the operator, which nothing reads.
    if (isAbsent || isBare) return checkedRequirement(key, isAbsent ? '!' : 'exists', []);
    const operator = readOperator(tokens.take());
    const values = operator === 'in' || operator === 'notin' ? readValues(tokens) : [readValue(tokens)];
    return checkedRequirement(key, operator, values);
  } catch (error) {
    throw error instanceof StatusError ? badRequest(`unable to parse requirement: ${error.message}`) : error;
  }
}

function readKey({ kind, text }: Token): string {
  if (kind !== 'identifier') throw badRequest(`found '${text}', expected: identifier`);
  const problem = qualifiedName(text);
  // Upstream has no name for the place, and says so.
  if (problem !== undefined) throw badRequest(`<nil>: ${invalid(text, problem)}`);
  return text;
}

/** `in` and `notin` are operators only here: elsewhere they are names like any other. */
const OPERATORS: Readonly<Record<string, LabelOperator>> = {
  '=': '=',
  '==': '==',
  '!=': '!=',
  '>': 'gt',
  '<': 'lt',
  in: 'in',
  notin: 'notin',
};

function readOperator({ text }: Token): LabelOperator {
  const operator = Object.hasOwn(OPERATORS, text) ? OPERATORS[text] : undefined;
  if (operator === undefined) throw badRequest(`found '${text}', expected: in, notin, =, ==, !=, gt, lt`);
  return operator;
}

/** Nothing is the empty value: `app=`, `app=,tier=web`. */
function readValue(tokens: Tokens): string {
  if (tokens.next.kind === 'end' || tokens.next.kind === ',') return '';
  const { kind, text } = tokens.take();
  if (kind !== 'identifier') throw badRequest(`found '${text}', expected: identifier`);
  return text;
}

/** `(web,api)`; between two commas, and in `()`, is the empty value. */
function readValues(tokens: Tokens): readonly string[] {
  const open = tokens.take();
  if (open.kind !== '(') throw badRequest(`found '${open.text}' expected: '('`);
  const values: string[] = [];
  let expected = "',', ')' or identifier";
  for (;;) {
    const { kind, text } = tokens.next;
    if (kind === 'identifier') values.push(tokens.take().text);
    else if (kind === ',' || kind === ')') values.push('');
    else throw badRequest(`found '${text}', expected: ${expected}`);
    const after = tokens.take();
    if (after.kind === ')') return values;
    if (after.kind !== ',') throw badRequest(`found '${after.text}', expected: ',' or ')'`);
    expected = "',', or identifier";
  }
}

const SPACE = ' \t\r\n';
const SYMBOLS = '=!(),<>';
const PAIRS = ['==', '!='];

class Tokens {
  readonly #text: string;
  #at = 0;
  /** Not taken yet. */
  next: Token;

  constructor(text: string) {
    this.#text = text;
    this.next = this.#read();
  }

  take(): Token {
    const taken = this.next;
    this.next = this.#read();
    return taken;
  }

  #read(): Token {
    const text = this.#text;
    while (this.#at < text.length && SPACE.includes(text[this.#at] as string)) this.#at += 1;
    const start = this.#at;
    if (start >= text.length) return { kind: 'end', text: '' };
    if (SYMBOLS.includes(text[start] as string)) {
      const pair = text.slice(start, start + 2);
      this.#at += PAIRS.includes(pair) ? 2 : 1;
      const symbol = text.slice(start, this.#at);
      return { kind: symbol as Kind, text: symbol };
    }
    while (this.#at < text.length && !SPACE.includes(text[this.#at] as string) && !SYMBOLS.includes(text[this.#at] as string))
      this.#at += 1;
    return { kind: 'identifier', text: text.slice(start, this.#at) };
  }
}
