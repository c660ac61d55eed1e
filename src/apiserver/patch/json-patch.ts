/**
 * JSON patch, RFC 6902, with the limits and messages of upstream (`apiserver/pkg/endpoints/handlers/patch.go`,
 * `evanphx/json-patch`).
 */

import { type Fields, isFields } from '../../model/json-fields.ts';
import { sameJson } from '../api-object.ts';
import { badRequest, StatusError } from '../status-error.ts';
import { listIndex, parsePointer, pointerProblem } from './json-pointer.ts';
import { copyJson, depthOf, MAX_JSON_DEPTH, ownValue, refuseTooDeep } from './json-values.ts';

const MAX_OPERATIONS = 10_000;
/** Copies can double a document with each operation (`JSONPatchMaxCopyBytes`). */
const MAX_COPIED_BYTES = 3 * 1024 * 1024;

interface Pointer {
  readonly text: string;
  readonly parts: readonly string[];
}

type Operation =
  | { readonly op: 'add' | 'replace' | 'test'; readonly path: Pointer; readonly value: unknown }
  | { readonly op: 'remove'; readonly path: Pointer }
  | { readonly op: 'move' | 'copy'; readonly path: Pointer; readonly from: Pointer };

/** A copy of the document: operations change it in place, so that ten thousand of them cost no ten thousand copies. */
interface Draft {
  root: unknown;
  /** An upper bound. */
  depth: number;
  copiedBytes: number;
}

/** The patched document; neither argument is changed. Throws a StatusError: 400 no patch, 413 too much, 422 it does not apply. */
export function applyJsonPatch(document: Fields, patch: unknown): Fields {
  const operations = readPatch(patch);
  const draft: Draft = { root: copyJson(document), depth: depthOf(document), copiedBytes: 0 };
  for (const operation of operations) apply(draft, operation);
  if (!isFields(draft.root)) throw doesNotApply('the patched document is no object');
  return draft.root;
}

function readPatch(patch: unknown): readonly Operation[] {
  if (!Array.isArray(patch)) throw badRequest('error decoding patch: a JSON patch is a list of operations');
  if (patch.length > MAX_OPERATIONS) {
    const limit = `The allowed maximum operations in a JSON patch is ${MAX_OPERATIONS}, got ${patch.length}`;
    throw new StatusError(413, 'RequestEntityTooLarge', `Request entity too large: ${limit}`);
  }
  refuseTooDeep(patch, 'The patch');
  return patch.map(readOperation);
}

function readOperation(operation: unknown, index: number): Operation {
  if (!isFields(operation)) throw badRequest(`error decoding patch: operation ${index} is no object`);
  const op = ownValue(operation, 'op');
  const path = readPointer(operation, 'path', index);
  switch (op) {
    case 'remove':
      return { op, path };
    case 'move':
    case 'copy':
      return { op, path, from: readPointer(operation, 'from', index) };
    case 'add':
    case 'replace':
    case 'test':
      if (!Object.hasOwn(operation, 'value')) throw badRequest(`error decoding patch: operation ${index} (${op}) has no value`);
      return { op, path, value: operation['value'] };
    default:
      throw doesNotApply(`Unexpected kind: ${typeof op === 'string' ? op : 'unknown'}`);
  }
}

function readPointer(operation: Fields, name: 'path' | 'from', index: number): Pointer {
  const text = ownValue(operation, name);
  if (typeof text !== 'string') throw badRequest(`error decoding patch: operation ${index} has no ${name}`);
  const parts = parsePointer(text);
  if (parts === undefined) throw badRequest(`error decoding patch: ${pointerProblem(text)}`);
  return { text, parts };
}

function apply(draft: Draft, operation: Operation): void {
  const { op, path } = operation;
  switch (op) {
    case 'replace':
      // It must be there; `put` then overwrites it.
      find(draft, op, path);
      return put(draft, op, path, within(draft, path, copyJson(operation.value)));
    case 'add':
      return put(draft, op, path, within(draft, path, copyJson(operation.value)));
    case 'remove':
      take(draft, op, path);
      return;
    case 'move':
      return put(draft, op, path, moved(draft, operation.from, path, take(draft, op, operation.from)));
    case 'copy':
      return put(draft, op, path, moved(draft, operation.from, path, copied(draft, find(draft, op, operation.from))));
    case 'test':
      if (!sameJson(find(draft, op, path), operation.value)) throw doesNotApply(`testing value ${path.text} failed: test failed`);
      return;
    default:
      operation satisfies never;
  }
}

function copied(draft: Draft, value: unknown): unknown {
  draft.copiedBytes += JSON.stringify(value).length;
  if (draft.copiedBytes > MAX_COPIED_BYTES) {
    throw doesNotApply(
      `Unable to complete the copy, the accumulated size increase of copy is ${draft.copiedBytes}, exceeding the limit ${MAX_COPIED_BYTES}`,
    );
  }
  return copyJson(value);
}

/** Keeps the document walkable: a value of the patch comes to lie at `path`. */
function within(draft: Draft, path: Pointer, value: unknown): unknown {
  return bounded(draft, path.parts.length + depthOf(value), value);
}

function moved(draft: Draft, from: Pointer, path: Pointer, value: unknown): unknown {
  const bound = path.parts.length + draft.depth - from.parts.length;
  return bounded(draft, bound <= MAX_JSON_DEPTH ? bound : path.parts.length + depthOf(value), value);
}

function bounded(draft: Draft, depth: number, value: unknown): unknown {
  if (depth > MAX_JSON_DEPTH) throw doesNotApply(`the patched document is nested deeper than ${MAX_JSON_DEPTH} levels`);
  draft.depth = Math.max(draft.depth, depth);
  return value;
}

function find(draft: Draft, op: Operation['op'], { text, parts }: Pointer): unknown {
  let value = draft.root;
  for (const part of parts) {
    const next = childOf(value, part);
    if (next === undefined) throw missing(op, text);
    value = next;
  }
  return value;
}

/** JSON has no undefined: it is the sign that there is no such child. */
function childOf(value: unknown, part: string): unknown {
  if (isFields(value)) return ownValue(value, part);
  if (!Array.isArray(value)) return undefined;
  const index = listIndex(part, value.length);
  return index === undefined ? undefined : value[index];
}

/** Takes a value out, and returns it. */
function take(draft: Draft, op: Operation['op'], pointer: Pointer): unknown {
  const value = find(draft, op, pointer);
  const name = pointer.parts.at(-1);
  if (name === undefined) throw doesNotApply(`${op} operation does not apply: the whole document cannot be taken away`);
  const parent = find(draft, op, parentOf(pointer));
  if (Array.isArray(parent)) parent.splice(listIndex(name, parent.length) as number, 1);
  else delete (parent as Record<string, unknown>)[name];
  return value;
}

function put(draft: Draft, op: Operation['op'], pointer: Pointer, value: unknown): void {
  const name = pointer.parts.at(-1);
  if (name === undefined) {
    draft.root = value;
    return;
  }
  const parent = find(draft, op, parentOf(pointer));
  if (Array.isArray(parent)) {
    const isReplaced = op === 'replace';
    // A new value has one more place to go to than there are values: the end.
    const index = name === '-' ? parent.length : listIndex(name, parent.length + (isReplaced ? 0 : 1));
    if (index === undefined) throw doesNotApply(`error in ${op} for path: '${pointer.text}': Unable to access invalid index: ${name}`);
    parent.splice(index, isReplaced ? 1 : 0, value);
  } else if (isFields(parent)) {
    Object.defineProperty(parent, name, { value, enumerable: true, writable: true, configurable: true });
  } else {
    throw missing(op, pointer.text);
  }
}

const parentOf = ({ text, parts }: Pointer): Pointer => ({ text, parts: parts.slice(0, -1) });

const missing = (op: string, path: string): StatusError =>
  doesNotApply(`${op} operation does not apply: doc is missing path: "${path}": missing value`);

const doesNotApply = (message: string): StatusError => new StatusError(422, 'Invalid', message);
