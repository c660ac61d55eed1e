import type { IPod } from 'kubernetes-models/v1/Pod';
import { invalid, required, tooLong } from './field-error.ts';
import type { FieldPath } from './field-path.ts';
import { dnsLabel, dnsSubdomain, labelValue, type NameRule, podUid, qualifiedName } from './name-rules.ts';
import type { Report } from './problem.ts';

/** Keys and values of all annotations together (`apimachinery/pkg/api/validation/objectmeta.go`). */
const MAX_ANNOTATION_BYTES = 256 * 1024;

type Metadata = NonNullable<IPod['metadata']>;

export function validateMetadata(metadata: Metadata, path: FieldPath, report: Report): void {
  const check = (field: 'name' | 'namespace' | 'uid', rule: NameRule): void => {
    const value = metadata[field];
    const complaint = value === undefined || value === '' ? undefined : rule(value);
    if (complaint !== undefined) report([...path, field], invalid(value, complaint));
  };
  if ((metadata.name ?? '') === '') {
    const hasGenerateName = (metadata.generateName ?? '') !== '';
    report([...path, 'name'], required(hasGenerateName ? 'generateName is not supported: give a name' : ''));
  }
  check('name', dnsSubdomain);
  check('namespace', dnsLabel);
  check('uid', podUid);
  validateLabels(metadata.labels ?? {}, [...path, 'labels'], report);
  validateAnnotations(metadata.annotations ?? {}, [...path, 'annotations'], report);
}

export function validateLabels(labels: Readonly<Record<string, string>>, path: FieldPath, report: Report): void {
  for (const [key, value] of Object.entries(labels)) {
    for (const [checked, complaint] of [
      [key, qualifiedName(key)],
      [value, labelValue(value)],
    ]) {
      if (complaint !== undefined) report([...path, { key }], invalid(checked, complaint));
    }
  }
}

export function validateAnnotations(annotations: Readonly<Record<string, string>>, path: FieldPath, report: Report): void {
  let size = 0;
  for (const [key, value] of Object.entries(annotations)) {
    // Upper case is allowed here, also in the prefix.
    const complaint = qualifiedName(key.toLowerCase());
    if (complaint !== undefined) report([...path, { key }], invalid(key, complaint));
    size += Buffer.byteLength(key) + Buffer.byteLength(value);
  }
  if (size > MAX_ANNOTATION_BYTES) report(path, tooLong(MAX_ANNOTATION_BYTES));
}
