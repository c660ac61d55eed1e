/**
 * YAML text → plain values, safe against hostile text: whatever comes in, the answer is values or problems, within
 * seconds and bounded memory.
 *
 * 1. Depth is counted while the text is parsed, before anything recursive sees it (a deep document ends Node itself,
 *    not only the call).
 * 2. Tokens are bounded before they become objects, and values made by aliases after (the "billion laughs" bomb).
 * 3. Nothing is quadratic: duplicate keys are found with a map's own keys, not with the parser's search.
 *
 * The dialect is that of kubectl (YAML 1.1 by sigs.k8s.io/yaml): `yes` is true and `0644` is octal, but unlike YAML 1.1
 * `22:22` and `2026-01-01` stay strings.
 */
import { Composer, type Document, Lexer, Parser, type ScalarTag, type Tags, type YAMLError } from 'yaml';
import { convertDocument, tooDeep } from './convert-yaml.ts';
import type { YamlDocument } from './yaml-document.ts';

/** 4 MiB: above what the API server takes in one request (3 MiB). */
export const MAX_MANIFEST_BYTES = 4 * 1024 * 1024;
/** Values within values. */
export const MAX_DEPTH = 100;
/** Values that aliases may add to what is written out. */
export const MAX_ALIAS_VALUES = 10_000;
/** Two to three MiB of ordinary YAML; a Pod has some hundreds. Each token costs about half a KiB until it is a value. */
const MAX_TOKENS = 1_000_000;
/** A block value takes up to three places of the parser's stack; more of them than depth allows is surely too deep. */
const MAX_PARSER_STACK = MAX_DEPTH * 3;
/** Once a text is broken the parser complains about all that follows; the first complaints are the useful ones. */
const MAX_SYNTAX_PROBLEMS = 5;

export interface TextProblem {
  readonly offset: number;
  readonly message: string;
}

export interface ParsedYaml {
  /** Empty documents are left out. */
  readonly documents: readonly YamlDocument[];
  readonly errors: readonly TextProblem[];
  readonly warnings: readonly TextProblem[];
  readonly position: (offset: number) => { readonly line: number; readonly column: number };
}

class TextRefused extends Error {
  readonly offset: number;

  constructor(offset: number, message: string) {
    super(message);
    this.offset = offset;
  }
}

export function parseYaml(text: string): ParsedYaml {
  const position = positionIn(text);
  try {
    return { ...readDocuments(text), position };
  } catch (error) {
    // The parser is not ours: an error it throws instead of reporting must still not end the program.
    const offset = error instanceof TextRefused ? error.offset : 0;
    const message = error instanceof Error ? error.message : String(error);
    return { documents: [], errors: [{ offset, message }], warnings: [], position };
  }
}

/** Line and column of an offset, both from 1. The lines are counted when the first problem asks for them. */
function positionIn(text: string): ParsedYaml['position'] {
  let starts: number[] | undefined;
  return (offset) => {
    starts ??= [0, ...Array.from(text.matchAll(/\n/g), (match) => match.index + 1)];
    let [low, high] = [0, starts.length - 1];
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if ((starts[middle] as number) <= offset) low = middle;
      else high = middle - 1;
    }
    return { line: low + 1, column: offset - (starts[low] as number) + 1 };
  };
}

function readDocuments(text: string): Omit<ParsedYaml, 'position'> {
  const documents: YamlDocument[] = [];
  const errors: TextProblem[] = [];
  const warnings: TextProblem[] = [];
  for (const document of composeDocuments(text)) {
    warnings.push(...document.warnings.slice(0, MAX_SYNTAX_PROBLEMS).map(toProblem));
    if (document.errors.length > 0) errors.push(...document.errors.slice(0, MAX_SYNTAX_PROBLEMS).map(toProblem));
    else if (document.contents !== null && errors.length === 0) {
      const converted = convertDocument(document.contents, { maxDepth: MAX_DEPTH, maxAliasValues: MAX_ALIAS_VALUES });
      errors.push(...converted.problems.slice(0, MAX_SYNTAX_PROBLEMS));
      if (converted.problems.length === 0 && converted.document.value !== null) documents.push(converted.document);
    }
    if (errors.length >= MAX_SYNTAX_PROBLEMS) break;
  }
  return { documents, errors, warnings };
}

/** Control characters that YAML forbids: what a binary file is told by. */
const FORBIDDEN = /[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]/;

function* composeDocuments(text: string): Generator<Document.Parsed> {
  const parser = new Parser();
  const control = text.search(FORBIDDEN);
  if (control >= 0) throw new TextRefused(control, 'not valid YAML: control characters are not allowed');
  const composer = new Composer({
    version: '1.1',
    schema: 'yaml-1.1',
    customTags: kubectlTags,
    intAsBigInt: true,
    uniqueKeys: false,
    prettyErrors: false,
  });
  let tokens = 0;
  let errors = 0;
  for (const lexeme of new Lexer().lex(text)) {
    if (++tokens > MAX_TOKENS) throw new TextRefused(parser.offset, `more than ${MAX_TOKENS} YAML tokens: split the file`);
    for (const token of parser.next(lexeme)) {
      if (token.type === 'error' && ++errors >= MAX_SYNTAX_PROBLEMS)
        throw new TextRefused(token.offset, `not valid YAML: ${firstLine(token.message)}`);
      yield* composer.next(token);
    }
    if (parser.stack.length > MAX_PARSER_STACK) throw new TextRefused(parser.offset, tooDeep(MAX_DEPTH));
  }
  for (const token of parser.end()) yield* composer.next(token);
  yield* composer.end(false, text.length);
}

const toProblem = (error: YAMLError): TextProblem => ({ offset: error.pos[0], message: `not valid YAML: ${firstLine(error.message)}` });

const firstLine = (message: string): string => (message.split('\n', 1)[0] as string).replace(/:$/, '');

/** YAML 1.1 without the tags that go-yaml reads as strings, and with `0o17`, which it reads as a number. */
function kubectlTags(tags: Tags): Tags {
  const left = new Set([
    'tag:yaml.org,2002:timestamp',
    'tag:yaml.org,2002:omap',
    'tag:yaml.org,2002:pairs',
    'tag:yaml.org,2002:set',
    'tag:yaml.org,2002:merge',
    'tag:yaml.org,2002:binary',
  ]);
  const kept = tags.filter(
    (tag) => typeof tag === 'string' || !(left.has(tag.tag) || ('format' in tag && tag.format === 'TIME') || isFloat(tag)),
  );
  return [zero, ...kept, octal, float];
}

/** Those with a point or an exponent; infinity and "not a number" have tags of their own. */
const isFloat = (tag: Exclude<Tags[number], string>): boolean =>
  tag.tag === 'tag:yaml.org,2002:float' && 'test' in tag && tag.test?.test('1.5e3') !== tag.test?.test('1.5');

/** go-yaml leaves `.`, `-.` and `._1` to be text: a point needs a digit beside it (`resolve.go` `yamlStyleFloat`). */
const float: ScalarTag = {
  default: true,
  tag: 'tag:yaml.org,2002:float',
  test: /^(?:[-+]?[0-9][0-9_]*\.[0-9_]*|[-+]\.[0-9][0-9_]*|\.[0-9]+|[-+]?[0-9][0-9_]*(?=[eE]))(?:[eE][-+]?[0-9]+)?$/,
  resolve: (text) => Number(text.replaceAll('_', '')),
};

/** No octal number, though it begins like one. */
const zero: ScalarTag = { default: true, tag: 'tag:yaml.org,2002:int', test: /^[-+]?0_+$/, resolve: () => 0n };

const octal: ScalarTag = {
  default: true,
  tag: 'tag:yaml.org,2002:int',
  test: /^[-+]?0o[0-7]+$/,
  resolve: (text) => (text.startsWith('-') ? -BigInt(text.slice(1)) : BigInt(text.replace('+', ''))),
};
