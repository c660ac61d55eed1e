/** What an answer of the API means for whoever asked. */

import { type Fields, fieldsOf, textOf } from '../model/json-fields.ts';
import { HookletError } from '../ports/hooklet-error.ts';
import type { KubeAnswer } from '../ports/kube-api.ts';

export const isDone = ({ status }: KubeAnswer): boolean => status >= 200 && status < 300;

export const isNotFound = ({ status }: KubeAnswer): boolean => status === 404;

/** Another object of that name, or another state of it, than the writer meant. */
export const isConflict = ({ status }: KubeAnswer): boolean => status === 409;

/** It would be answered the same for ever: neither the moment nor the state of the server is to blame. */
export const isRefusal = ({ status }: KubeAnswer): boolean =>
  status >= 400 && status < 500 && ![401, 404, 408, 409, 410, 429].includes(status);

/** As an error: `apiRefused`, with the server's words. `what` begins a sentence: "writing the status of default/web". */
export function answerError(what: string, { status, body }: KubeAnswer): HookletError {
  const message = textOf(body, 'message') || (typeof body === 'string' ? body.slice(0, 200) : '') || 'without a word of explanation';
  return new HookletError('apiRefused', `${what} was answered with ${status}: ${message}`, { retry: 'later' });
}

/** The object of an answer that must be one. */
export function bodyOf(what: string, answer: KubeAnswer): Fields {
  if (!isDone(answer)) throw answerError(what, answer);
  return fieldsOf({ body: answer.body }, 'body');
}
