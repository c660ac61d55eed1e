import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { capUpdaters, readManagers, writeManagers } from './managers.ts';

describe('capUpdaters()', () => {
  const entry = (manager: string, apiVersion: string, second: number, ...fields: readonly string[]) => ({
    manager,
    operation: 'Update',
    apiVersion,
    time: `2026-01-01T00:00:${10 + second}Z`,
    fieldsType: 'FieldsV1',
    fieldsV1: Object.fromEntries(fields.map((field) => [`f:${field}`, {}])),
  });
  const many = Array.from({ length: 9 }, (_, index) => entry(`new${index}`, 'v1', 30 + index, `n${index}`));
  const capped = (entries: readonly object[]) => writeManagers(capUpdaters(readManagers(entries) ?? assert.fail()));

  it('leaves ten', () => assert.equal(capped([entry('a', 'v1', 0, 'a'), ...many])?.length, 10));

  it('adds to the ancient changes that are there', () => {
    const entries = capped([entry('ancient-changes', 'v1', 1, 'a', 'b'), entry('c', 'v1', 2, 'c'), ...many]);
    assert.deepEqual(entries?.[0], entry('ancient-changes', 'v1', 2, 'a', 'b', 'c'));
    assert.equal(entries?.length, 10);
  });

  it('finds the ancient changes that are not the oldest', () => {
    const entries = capped([entry('a', 'v1', 1, 'a'), entry('c', 'v1', 3, 'c'), entry('ancient-changes', 'v1', 5, 'b'), ...many]);
    assert.deepEqual(entries?.[0], entry('ancient-changes', 'v1', 5, 'a', 'b', 'c'));
    assert.equal(entries?.length, 10);
  });

  it('puts together one version at a time', () => {
    const entries = capped([entry('a', 'v1', 1, 'a'), entry('b', 'v2', 2, 'b'), entry('c', 'v1', 3, 'c'), ...many.slice(1)]);
    assert.deepEqual(entries?.slice(0, 2), [entry('b', 'v2', 2, 'b'), entry('ancient-changes', 'v1', 3, 'a', 'c')]);
  });

  it('loses no field, and never touches who applies', () => {
    const applier = { ...entry('flux', 'v1', 0, 'x'), operation: 'Apply' };
    const entries = capped([applier, ...Array.from({ length: 30 }, (_, index) => entry(`m${index}`, `v${index % 3}`, index, `f${index}`))]);
    assert.equal(entries?.length, 11);
    assert.deepEqual(entries?.[0], applier);
    const names = entries?.flatMap(({ fieldsV1 }) => Object.keys(fieldsV1)) ?? [];
    assert.equal(new Set(names).size, 31);
    assert.equal(names.length, 31);
  });

  it('leaves a field set for each version where there are more than ten', () => {
    const entries = Array.from({ length: 12 }, (_, index) => entry(`m${index}`, `v${index}`, index, 'f'));
    assert.equal(capped(entries)?.length, 12);
  });
});
