/** What a query says about a write or a list; wrong values are refused as upstream does. */
import { invalid, unsupported } from '../model/field-error.ts';
import type { Finding } from '../model/problem.ts';
import { isTrue } from './request-info.ts';
import { badRequest, invalidObject } from './status-error.ts';

export type FieldValidation = 'Ignore' | 'Warn' | 'Strict';

export interface WriteQuery {
  readonly dryRun: boolean;
  readonly fieldManager: string;
  readonly fieldValidation: FieldValidation;
  /** Of an apply: take fields over from others. */
  readonly force: boolean | undefined;
}

const MAX_MANAGER = 128;
const FIELD_VALIDATIONS: readonly string[] = ['Ignore', 'Warn', 'Strict'];

/** `options` is the kind that upstream reads them into: "CreateOptions". */
export function readWriteQuery(query: URLSearchParams, options: string): WriteQuery {
  const dryRun = query.getAll('dryRun').filter((value) => value !== '');
  const fieldManager = query.get('fieldManager') ?? '';
  const fieldValidation = query.get('fieldValidation') ?? '';
  const findings: Finding[] = [];
  const wrong = dryRun.find((value) => value !== 'All');
  if (wrong !== undefined) findings.push({ path: ['dryRun'], message: unsupported(wrong, ['All']) });
  if (fieldManager.length > MAX_MANAGER) {
    findings.push({ path: ['fieldManager'], message: `Too long: may not be more than ${MAX_MANAGER} bytes` });
  }
  if (/[^\P{C}]/u.test(fieldManager)) {
    findings.push({ path: ['fieldManager'], message: invalid(fieldManager, 'should only contain printable characters') });
  }
  if (fieldValidation !== '' && !FIELD_VALIDATIONS.includes(fieldValidation)) {
    findings.push({ path: ['fieldValidation'], message: unsupported(fieldValidation, FIELD_VALIDATIONS) });
  }
  if (findings.length > 0) throw invalidObject({ group: 'meta.k8s.io', kind: options }, '', findings);
  return {
    dryRun: dryRun.length > 0,
    fieldManager,
    fieldValidation: fieldValidation === '' ? 'Warn' : (fieldValidation as FieldValidation),
    force: query.has('force') ? isTrue(query.get('force')) : undefined,
  };
}

/** Who a write's fields belong to when the client does not say: the program's name (`endpoints/handlers/create.go`). */
export function managerOf(fieldManager: string, userAgent: string | undefined): string {
  if (fieldManager !== '') return fieldManager;
  const program = (userAgent ?? '').split('/', 1)[0] ?? '';
  return program.replace(/\p{C}/gu, '').slice(0, MAX_MANAGER) || 'unknown';
}

/** A whole number of the query, or `undefined`. */
export function numberOf(query: URLSearchParams, name: string): number | undefined {
  const text = query.get(name) ?? '';
  if (text === '') return undefined;
  const value = Number(text);
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(value)) throw badRequest(`invalid ${name}: ${JSON.stringify(text)} is no whole number`);
  return value;
}
