/** Volumes whose files are made from objects: modes and relative paths (`validation.go`, `validateKeyToPath` and kin). */
import type { IVolume } from 'kubernetes-models/v1/Volume';
import type { IVolumeProjection } from 'kubernetes-models/v1/VolumeProjection';
import { forbidden, invalid, required } from './field-error.ts';
import type { FieldPath } from './field-path.ts';
import type { Report } from './problem.ts';
import { requireFields } from './validate-env.ts';

const MAX_FILE_MODE = 0o777;

export function validateProjected(volume: IVolume, source: keyof IVolume, path: FieldPath, report: Report): void {
  if (source === 'secret' || source === 'configMap') {
    validateMode(volume[source]?.defaultMode, [...path, 'defaultMode'], report);
    validateItems(volume[source]?.items ?? [], ['key', 'path'], [...path, 'items'], report);
  } else if (source === 'downwardAPI') {
    validateMode(volume.downwardAPI?.defaultMode, [...path, 'defaultMode'], report);
    validateItems(volume.downwardAPI?.items ?? [], ['path'], [...path, 'items'], report);
  } else if (source === 'projected') {
    validateMode(volume.projected?.defaultMode, [...path, 'defaultMode'], report);
    for (const [index, projection] of (volume.projected?.sources ?? []).entries())
      validateProjection(projection, [...path, 'sources', index], report);
  }
}

function validateProjection(projection: IVolumeProjection, path: FieldPath, report: Report): void {
  const [first, ...others] = Object.keys(projection) as (keyof IVolumeProjection)[];
  for (const source of others) report([...path, source], forbidden('may not specify more than 1 volume type per source'));
  if (first === undefined) report(path, required('must specify a volume type'));
  else validateSource(projection, first, [...path, first], report);
}

function validateSource(projection: IVolumeProjection, first: keyof IVolumeProjection, at: FieldPath, report: Report): void {
  if (first === 'secret' || first === 'configMap') {
    requireFields(projection[first] as object, ['name'], at, report);
    validateItems(projection[first]?.items ?? [], ['key', 'path'], [...at, 'items'], report);
  } else if (first === 'downwardAPI') validateItems(projection.downwardAPI?.items ?? [], ['path'], [...at, 'items'], report);
  else if (first === 'serviceAccountToken') validateToken(projection, at, report);
}

/** Ten minutes to 2^32 seconds (`validateProjectionSources`). */
const MIN_TOKEN_SECONDS = 600;
const MAX_TOKEN_SECONDS = 2 ** 32;

function validateToken({ serviceAccountToken: token }: IVolumeProjection, path: FieldPath, report: Report): void {
  const seconds = token?.expirationSeconds ?? 0;
  if (seconds < MIN_TOKEN_SECONDS)
    report([...path, 'expirationSeconds'], invalid(seconds, 'may not specify a duration less than 10 minutes'));
  if (seconds > MAX_TOKEN_SECONDS)
    report([...path, 'expirationSeconds'], invalid(seconds, 'may not specify a duration larger than 2^32 seconds'));
  if ((token?.path ?? '') === '') report([...path, 'path'], required());
  else validateRelativePath(token?.path as string, [...path, 'path'], report);
}

interface ProjectedFile {
  readonly path?: string;
  readonly mode?: number;
}

function validateItems(items: readonly ProjectedFile[], needed: readonly string[], path: FieldPath, report: Report): void {
  for (const [index, item] of items.entries()) {
    const at = [...path, index];
    requireFields(item, needed, at, report);
    if ((item.path ?? '') !== '') validateRelativePath(item.path as string, [...at, 'path'], report);
    validateMode(item.mode, [...at, 'mode'], report);
  }
}

function validateMode(mode: number | undefined, path: FieldPath, report: Report): void {
  if (mode === undefined || (mode >= 0 && mode <= MAX_FILE_MODE)) return;
  report(path, invalid(mode, 'must be a number between 0 and 0777 (octal), both inclusive'));
}

/** A path below a directory that it cannot leave. */
export function validateRelativePath(value: string, path: FieldPath, report: Report): void {
  if (value.startsWith('/')) report(path, invalid(value, 'must be a relative path'));
  if (value.split('/').includes('..')) report(path, invalid(value, "must not contain '..'"));
}
