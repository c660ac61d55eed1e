/** Where a list goes on: opaque for clients, with the moment that all its pages show (`apiserver/pkg/storage/continue.go`). */
import { isFields } from '../../model/json-fields.ts';
import { badRequest, expired, type StatusError } from '../status-error.ts';

export interface ContinueToken {
  /** -1: at whatever the newest is by then. */
  readonly resourceVersion: number;
  readonly after: { readonly namespace: string; readonly name: string };
}

export const encodeContinue = ({ resourceVersion, after }: ContinueToken): string =>
  Buffer.from(JSON.stringify({ v: 'meta.k8s.io/v1', rv: resourceVersion, start: `${after.namespace}/${after.name}` })).toString(
    'base64url',
  );

export function decodeContinue(text: string): ContinueToken {
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(text, 'base64url').toString());
  } catch {
    throw badRequest('continue key is not valid: it is none that a list gave');
  }
  const { v, rv, start } = isFields(value) ? value : {};
  const isWhole = typeof rv === 'number' && Number.isSafeInteger(rv) && rv >= -1 && typeof start === 'string';
  const [namespace, name, ...more] = typeof start === 'string' ? start.split('/') : [];
  if (v !== 'meta.k8s.io/v1' || !isWhole || namespace === undefined || name === undefined || more.length > 0) {
    throw badRequest('continue key is not valid: it is none that a list gave');
  }
  return { resourceVersion: rv, after: { namespace, name } };
}

/** 410; with a token that goes on at the newest state, for who prefers that to starting over. */
export function continueExpired(token: ContinueToken): StatusError {
  const text =
    'The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter, or use the continue token in this response to retrieve the remainder of the results. Continuing with the provided token results in an inconsistent list - objects that were created, modified, or deleted between the time the first chunk was returned and now may show up in the list.';
  const error = expired(text);
  const metadata = { continue: encodeContinue({ ...token, resourceVersion: -1 }) };
  return Object.assign(error, { status: { ...error.status, metadata } });
}
