/**
 * How the API says no: a `Status` object with a reason, a text and its causes (`apimachinery/pkg/api/errors/errors.go`).
 * Clients decide by `reason` and `code`, people read `message`: both are upstream's.
 */
import { formatPath } from '../model/field-path.ts';
import type { Finding } from '../model/problem.ts';

export interface StatusCause {
  readonly reason?: string;
  readonly message?: string;
  readonly field?: string;
}

export interface StatusDetails {
  readonly name?: string;
  readonly group?: string;
  readonly kind?: string;
  readonly uid?: string;
  readonly causes?: readonly StatusCause[];
  readonly retryAfterSeconds?: number;
}

export interface Status {
  readonly kind: 'Status';
  readonly apiVersion: 'v1';
  readonly metadata: { readonly continue?: string };
  readonly status: 'Success' | 'Failure';
  readonly message?: string;
  readonly reason?: string;
  readonly details?: StatusDetails;
  readonly code?: number;
}

/** Ends a request; the handler answers with its Status. No failure of hooklet itself. */
export class StatusError extends Error {
  readonly status: Status;
  readonly code: number;

  constructor(code: number, reason: string, message: string, details?: StatusDetails) {
    super(message);
    this.name = 'StatusError';
    this.code = code;
    this.status = {
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Failure',
      message,
      ...(reason === '' ? {} : { reason }),
      ...(details === undefined ? {} : { details }),
      code,
    };
  }
}

export interface GroupResource {
  readonly group: string;
  readonly plural: string;
}

export interface GroupKind {
  readonly group: string;
  readonly kind: string;
}

/** `pods`, `leases.coordination.k8s.io`. */
export const resourceText = ({ group, plural }: GroupResource): string => (group === '' ? plural : `${plural}.${group}`);
const kindText = ({ group, kind }: GroupKind): string => (group === '' ? kind : `${kind}.${group}`);

/** Details name the plural where upstream's `kind` does. */
const about = ({ group, plural }: GroupResource, name: string): StatusDetails => ({
  ...(name === '' ? {} : { name }),
  ...(group === '' ? {} : { group }),
  kind: plural,
});

/** Go's `%q`. */
export const quoted = (text: string): string => JSON.stringify(text);

export const notFound = (resource: GroupResource, name: string): StatusError =>
  new StatusError(404, 'NotFound', `${resourceText(resource)} ${quoted(name)} not found`, about(resource, name));

/** No such path. */
export const noSuchPath = (): StatusError => new StatusError(404, 'NotFound', 'the server could not find the requested resource', {});

export const alreadyExists = (resource: GroupResource, name: string): StatusError =>
  new StatusError(409, 'AlreadyExists', `${resourceText(resource)} ${quoted(name)} already exists`, about(resource, name));

export const generateNameConflict = (resource: GroupResource, name: string): StatusError =>
  new StatusError(
    409,
    'AlreadyExists',
    `${resourceText(resource)} ${quoted(name)} already exists, the server was not able to generate a unique name for the object`,
    { ...about(resource, name), retryAfterSeconds: 1 },
  );

export const conflict = (resource: GroupResource, name: string, why: string): StatusError =>
  new StatusError(
    409,
    'Conflict',
    `Operation cannot be fulfilled on ${resourceText(resource)} ${quoted(name)}: ${why}`,
    about(resource, name),
  );

export const MODIFIED = 'the object has been modified; please apply your changes to the latest version and try again';

export const forbidden = (resource: GroupResource, name: string, why: string, causes?: readonly StatusCause[]): StatusError => {
  const subject = name === '' ? resourceText(resource) : `${resourceText(resource)} ${quoted(name)}`;
  return new StatusError(403, 'Forbidden', `${subject} is forbidden: ${why}`, {
    ...about(resource, name),
    ...(causes === undefined ? {} : { causes }),
  });
};

export const badRequest = (message: string): StatusError => new StatusError(400, 'BadRequest', message);

export const unauthorized = (): StatusError => new StatusError(401, 'Unauthorized', 'Unauthorized');

export const methodNotSupported = (resource: GroupResource, action: string, why?: string): StatusError =>
  new StatusError(
    405,
    'MethodNotAllowed',
    `${action} is not supported on resources of kind ${quoted(resourceText(resource))}${why === undefined ? '' : `: ${why}`}`,
    about(resource, ''),
  );

/** The path is there, the method is not. */
export const methodNotAllowed = (): StatusError =>
  new StatusError(405, 'MethodNotAllowed', 'the server does not allow this method on the requested resource', {});

export const expired = (message: string): StatusError => new StatusError(410, 'Expired', message);

export const tooLarge = (limit: number): StatusError =>
  new StatusError(413, 'RequestEntityTooLarge', `Request entity too large: limit is ${limit}`);

export const unsupportedMediaType = (accepted: readonly string[]): StatusError =>
  new StatusError(
    415,
    'UnsupportedMediaType',
    `the body of the request was in an unknown format - accepted media types include: ${accepted.join(', ')}`,
  );

export const notAcceptable = (offered: readonly string[]): StatusError =>
  new StatusError(406, 'NotAcceptable', `only the following media types are accepted: ${offered.join(', ')}`);

export const tooManyRequests = (): StatusError =>
  new StatusError(429, 'TooManyRequests', 'Too many requests, please try again later.', { retryAfterSeconds: 1 });

export const serviceUnavailable = (message: string): StatusError => new StatusError(503, 'ServiceUnavailable', message);

export const internalError = (message: string): StatusError =>
  new StatusError(500, 'InternalError', `Internal error occurred: ${message}`, { causes: [{ message }] });

/** `storage/errors.go` NewTooLargeResourceVersionError. */
export const tooLargeResourceVersion = (asked: number, current: number): StatusError =>
  new StatusError(504, 'Timeout', `Timeout: Too large resource version: ${asked}, current: ${current}`, {
    causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }],
    retryAfterSeconds: 1,
  });

export function invalidObject(kind: GroupKind, name: string, findings: readonly Finding[]): StatusError {
  const causes = findings.map(({ path, message }) => ({ reason: reasonOf(message), message, field: formatPath(path) }));
  return new StatusError(422, 'Invalid', `${kindText(kind)} ${quoted(name)} is invalid: ${joinFindings(findings)}`, {
    ...(name === '' ? {} : { name }),
    ...(kind.group === '' ? {} : { group: kind.group }),
    kind: kind.kind,
    causes,
  });
}

/** One stands alone, several in brackets, each once (`util/errors/errors.go` aggregate). */
function joinFindings(findings: readonly Finding[]): string {
  const texts = [...new Set(findings.map(({ path, message }) => `${formatPath(path)}: ${message}`))];
  return texts.length === 1 ? (texts[0] as string) : `[${texts.join(', ')}]`;
}

/** The words of `model/field-error.ts`, and the machine's name for them (`util/validation/field/errors.go`). */
const REASONS: readonly (readonly [start: string, reason: string])[] = [
  ['Required value', 'FieldValueRequired'],
  ['Duplicate value', 'FieldValueDuplicate'],
  ['Not found', 'FieldValueNotFound'],
  ['Unsupported value', 'FieldValueNotSupported'],
  ['Forbidden', 'FieldValueForbidden'],
  ['Too long', 'FieldValueTooLong'],
];

const reasonOf = (message: string): string => REASONS.find(([start]) => message.startsWith(start))?.[1] ?? 'FieldValueInvalid';
