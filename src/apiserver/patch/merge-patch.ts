/** JSON merge patch, RFC 7386. */
import { type Fields, isFields } from '../../model/json-fields.ts';
import { badRequest } from '../status-error.ts';
import { refuseTooDeep } from './json-values.ts';

/** The patched document; neither argument is changed. Throws a StatusError (400). */
export function applyMergePatch(document: Fields, patch: unknown): Fields {
  // The standard lets any value replace the document. An object of the API is none but an object.
  if (!isFields(patch)) throw badRequest('error decoding patch: a JSON merge patch is an object');
  refuseTooDeep(patch, 'The patch');
  return mergeFields(document, patch);
}

function mergeFields(target: Fields, patch: Fields): Fields {
  const merged = new Map(Object.entries(target));
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) merged.delete(name);
    else merged.set(name, mergeValue(merged.get(name), value));
  }
  return Object.fromEntries(merged);
}

/** Lists are values: only objects merge. */
const mergeValue = (target: unknown, patch: unknown): unknown =>
  isFields(patch) ? mergeFields(isFields(target) ? target : {}, patch) : patch;
