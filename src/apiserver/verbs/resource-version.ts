/** What the resourceVersion of a read asks for (`kubernetes.io/docs/reference/using-api/api-concepts`, "Resource versions"). */
import { forbidden as forbiddenText, unsupported } from '../../model/field-error.ts';
import type { Finding } from '../../model/problem.ts';
import { badRequest, invalidObject } from '../status-error.ts';

/** `undefined` when none was given; 0 is a value of its own ("any"). */
export function readResourceVersion(text: string | null): number | undefined {
  if (text === null || text === '') return undefined;
  const value = Number(text);
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(value)) {
    throw badRequest(`resourceVersion: Invalid value: ${JSON.stringify(text)}: must be a whole number that a list or a watch gave`);
  }
  return value;
}

export interface ListVersion {
  readonly resourceVersion: number;
  /** That very state; else any that is not older. */
  readonly isExact: boolean;
}

export function readListVersion(
  query: URLSearchParams,
  { isLimited, isContinued }: { readonly isLimited: boolean; readonly isContinued: boolean },
): ListVersion | undefined {
  const resourceVersion = readResourceVersion(query.get('resourceVersion'));
  const match = query.get('resourceVersionMatch') ?? '';
  const wrong = wrongMatch(match, resourceVersion, isContinued);
  if (wrong !== undefined) throw invalidObject({ group: 'meta.k8s.io', kind: 'ListOptions' }, '', [wrong]);
  if (isContinued && (resourceVersion ?? 0) !== 0) throw badRequest('specifying resource version is not allowed when using continue');
  if (resourceVersion === undefined) return undefined;
  // A limited list at a version without a word on how to match it means that version: older than the parameter itself.
  const isExact = match === 'Exact' || (match === '' && isLimited && resourceVersion > 0);
  return { resourceVersion, isExact };
}

function wrongMatch(match: string, resourceVersion: number | undefined, isContinued: boolean): Finding | undefined {
  const path = ['resourceVersionMatch'];
  if (match === '') return undefined;
  if (resourceVersion === undefined) {
    return { path, message: forbiddenText('resourceVersionMatch is forbidden unless resourceVersion is provided') };
  }
  if (isContinued) return { path, message: forbiddenText('resourceVersionMatch is forbidden when continue is provided') };
  if (match !== 'Exact' && match !== 'NotOlderThan') return { path, message: unsupported(match, ['Exact', 'NotOlderThan', '']) };
  if (match === 'Exact' && resourceVersion === 0) {
    return { path, message: forbiddenText('resourceVersionMatch "exact" is forbidden for resourceVersion "0"') };
  }
  return undefined;
}
