/**
 * Field selectors: `status.phase=Running,spec.nodeName!=node-a` (`apimachinery/pkg/fields/selector.go`). Which fields may be
 * asked for is the resource's to say (`selectable-fields.ts`).
 */
import type { Fields } from '../../model/json-fields.ts';
import { badRequest } from '../status-error.ts';

export interface SelectableFields {
  /** How to read a field, always as text: what is missing is ''. */
  readonly fields: Readonly<Record<string, (object: Fields) => string>>;
  /** The refusal of any other. */
  readonly unsupported: (field: string) => string;
}

export interface FieldRequirement {
  readonly field: string;
  readonly isEqual: boolean;
  readonly value: string;
}

/** All of them must hold; none: everything matches. */
export type FieldSelector = readonly FieldRequirement[];

/** `selectable` must be what the selector was parsed with. */
export const matchesFields = (selector: FieldSelector, selectable: SelectableFields, object: Fields): boolean =>
  selector.every(({ field, isEqual, value }) => (selectable.fields[field]?.(object) === value) === isEqual);

/**
 * `=` and `==` are the same; in a value `,`, `=` and `\` are written with a `\` before them. One pass over the text. Throws
 * a StatusError (400).
 */
export function parseFieldSelector(text: string, selectable: SelectableFields): FieldSelector {
  const terms = splitTerms(text).filter((term) => term !== '');
  return terms.sort().map((term) => {
    const requirement = readTerm(term);
    if (requirement === undefined) throw badRequest(`invalid selector: '${text}'; can't understand '${term}'`);
    if (!Object.hasOwn(selectable.fields, requirement.field)) throw badRequest(selectable.unsupported(requirement.field));
    return requirement;
  });
}

/** At the commas that have no `\` before them. */
function splitTerms(text: string): string[] {
  const terms: string[] = [];
  let start = 0;
  for (let at = 0; at < text.length; at += 1) {
    if (text[at] === '\\') at += 1;
    else if (text[at] === ',') {
      terms.push(text.slice(start, at));
      start = at + 1;
    }
  }
  return [...terms, text.slice(start)];
}

/** The first operator splits: a field's name has none. */
function readTerm(term: string): FieldRequirement | undefined {
  const at = term.search(/!=|=/);
  if (at < 0) return undefined;
  const operator = term.startsWith('!=', at) ? '!=' : term.startsWith('==', at) ? '==' : '=';
  return { field: term.slice(0, at), isEqual: operator !== '!=', value: unescapeValue(term.slice(at + operator.length)) };
}

function unescapeValue(value: string): string {
  let text = '';
  for (let at = 0; at < value.length; at += 1) {
    const char = value[at] as string;
    // Upstream gives the character's number.
    if (char === '=' || char === ',') throw badRequest(`invalid field selector: unescaped character in value: ${char.charCodeAt(0)}`);
    if (char === '\\') {
      at += 1;
      const escaped = value[at] ?? '';
      if (!['\\', ',', '='].includes(escaped)) throw badRequest(`invalid field selector: invalid escape sequence: \\${escaped}`);
      text += escaped;
    } else {
      text += char;
    }
  }
  return text;
}
