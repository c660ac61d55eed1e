/** What the tests of server-side apply share: an object, and those who write to it one after the other. */
import assert from 'node:assert/strict';
import { parse } from 'yaml';
import { apiTime } from '../../model/api-time.ts';
import { type Fields, fieldsOf } from '../../model/json-fields.ts';
import { readApiSchema } from '../schema/read-api-schema.ts';
import { type ApplyConflict, applyConflictError } from './apply-conflict.ts';
import { applyJsonPatch } from './json-patch.ts';
import { trackUpdate } from './managed-fields.ts';
import { type ManagedFieldsEntry, withManagedFields } from './managers.ts';
import { type ApplyOutcome, applyServerSide } from './server-side-apply.ts';

const schema = readApiSchema();

/** One stored object and those who write to it; a second passes with each write. */
export class Stored {
  readonly #kind: string;
  #second = 0;
  object: Fields | undefined;

  constructor(kind: string, object?: Fields) {
    this.#kind = kind;
    this.object = object;
  }

  /** `yaml` is what is applied, less apiVersion and kind. */
  try(manager: string, yaml: string, options: { readonly force?: boolean; readonly subresource?: string } = {}): ApplyOutcome {
    const { force = false, subresource } = options;
    const applied = { apiVersion: 'v1', kind: this.#kind, ...(parse(yaml) as Fields) };
    return applyServerSide({
      ...this.#tracking(manager, subresource),
      kind: this.#kind,
      live: this.object,
      applied,
      force,
    });
  }

  apply(manager: string, yaml: string, options?: { readonly force?: boolean; readonly subresource?: string }): this {
    const outcome = this.try(manager, yaml, options);
    if ('conflicts' in outcome) assert.fail(applyConflictError(outcome.conflicts).message);
    this.object = outcome.object;
    return this;
  }

  conflicts(manager: string, yaml: string): readonly ApplyConflict[] {
    const outcome = this.try(manager, yaml);
    return 'conflicts' in outcome ? outcome.conflicts : assert.fail('no conflict');
  }

  update(manager: string, change: (object: Fields) => Fields, subresource?: string): this {
    const after = change(this.object ?? { apiVersion: 'v1', kind: this.#kind });
    const entries = trackUpdate({ ...this.#tracking(manager, subresource), before: this.object, after });
    this.object = withManagedFields(after, entries);
    return this;
  }

  #tracking(manager: string, subresource: string | undefined) {
    this.#second += 1;
    const time = apiTime(Date.UTC(2026, 0, 1) + this.#second * 1000);
    return { schema, typeName: this.#kind, apiVersion: 'v1', manager, time, ...(subresource === undefined ? {} : { subresource }) };
  }

  get metadata(): Fields {
    return fieldsOf(this.object, 'metadata');
  }

  get spec(): unknown {
    return this.object?.['spec'];
  }

  get entries(): readonly ManagedFieldsEntry[] {
    return (this.metadata['managedFields'] ?? []) as readonly ManagedFieldsEntry[];
  }

  /** What a manager owns. */
  owned(manager: string): Fields | undefined {
    return this.entries.find((entry) => entry.manager === manager)?.fieldsV1;
  }
}

export const withValues =
  (values: Fields) =>
  (object: Fields): Fields =>
    applyJsonPatch(
      object,
      Object.entries(values).map(([path, value]) => (value === undefined ? { op: 'remove', path } : { op: 'add', path, value })),
    );

export const pod = (): Stored => new Stored('Pod');
export const configMap = (): Stored => new Stored('ConfigMap');
