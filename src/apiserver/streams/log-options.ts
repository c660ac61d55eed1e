/** What a request for a log asks for (`PodLogOptions`); wrong values are refused in upstream's words. */
import { forbidden, invalid } from '../../model/field-error.ts';
import type { Finding } from '../../model/problem.ts';
import type { LogOptions } from '../../ports/pod-streams.ts';
import { isTrue } from '../request-info.ts';
import { badRequest, invalidObject } from '../status-error.ts';

export interface LogQuery {
  readonly container: string;
  readonly previous: boolean;
  readonly options: LogOptions;
}

export function readLogQuery(query: URLSearchParams, { name, nowMs }: { readonly name: string; readonly nowMs: number }): LogQuery {
  const sinceSeconds = wholeNumber(query, 'sinceSeconds');
  const sinceTime = timeOf(query);
  const tailLines = wholeNumber(query, 'tailLines');
  const limitBytes = wholeNumber(query, 'limitBytes');
  const findings = [
    ...notBelow('tailLines', tailLines, 0),
    ...notBelow('limitBytes', limitBytes, 1),
    ...(sinceSeconds !== undefined && sinceTime !== undefined
      ? [{ path: [], message: forbidden('at most one of `sinceTime` or `sinceSeconds` may be specified') }]
      : notBelow('sinceSeconds', sinceSeconds, 1)),
  ];
  // `validation.go` ValidatePodLogOptions
  if (findings.length > 0) throw invalidObject({ group: '', kind: 'PodLogOptions' }, name, findings);
  const sinceWallMs = sinceSeconds === undefined ? sinceTime : nowMs - sinceSeconds * 1000;
  return {
    container: query.get('container') ?? '',
    previous: isTrue(query.get('previous')),
    options: {
      follow: isTrue(query.get('follow')),
      timestamps: isTrue(query.get('timestamps')),
      ...(sinceWallMs === undefined ? {} : { sinceWallMs }),
      ...(tailLines === undefined ? {} : { tailLines }),
      ...(limitBytes === undefined ? {} : { limitBytes }),
    },
  };
}

function notBelow(field: string, value: number | undefined, least: 0 | 1): readonly Finding[] {
  if (value === undefined || value >= least) return [];
  return [{ path: [field], message: invalid(value, least === 0 ? 'must be greater than or equal to 0' : 'must be greater than 0') }];
}

function wholeNumber(query: URLSearchParams, name: string): number | undefined {
  const text = query.get(name);
  if (text === null || text === '') return undefined;
  if (!/^[+-]?\d+$/.test(text)) throw badRequest(`strconv.ParseInt: parsing ${JSON.stringify(text)}: invalid syntax`);
  const value = Number(text);
  if (!Number.isSafeInteger(value)) throw badRequest(`strconv.ParseInt: parsing ${JSON.stringify(text)}: value out of range`);
  return value;
}

const RFC_3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/;

function timeOf(query: URLSearchParams): number | undefined {
  const text = query.get('sinceTime') ?? '';
  if (text === '') return undefined;
  const wallMs = RFC_3339.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(wallMs)) throw badRequest(`sinceTime ${JSON.stringify(text)} is no time as RFC 3339 writes it`);
  return wallMs;
}
