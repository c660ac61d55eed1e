/** What must hold of a store that was found after a `kill -9`. Each wrong is a sentence; none is no wrong. */
import { isDeepStrictEqual } from 'node:util';
import type { ObjectChange, ObjectStore, StoredObject } from '../../src/ports/object-store.ts';
import { sampleOf } from '../../src/ports/object-store-samples.contract.ts';
import type { SaidObject, WriterLine } from './store-writer.ts';

const pods = { resource: 'pods' };

/** Writes of a call in `store-writer.ts`. */
const CALL_SIZE = 3;

export function wrongsOf(store: ObjectStore, lines: readonly WriterLine[]): readonly string[] {
  const { resourceVersion: newest, oldestResourceVersion: oldest } = store;
  const changes = store.changesSince(pods, oldest, newest);
  const said = lines.flatMap((line) => (line.type === 'stored' ? line.objects : []));
  const compacted = lines.flatMap((line) => (line.type === 'compacted' ? [line.oldest] : []));
  return [
    ...wrongNumbers(changes, oldest, newest),
    ...wrongCourse(store, changes, oldest),
    ...said.flatMap((object) => wrongObject(object, store, changes)),
    ...halfCalls(changes, oldest),
    ...(Math.max(oldest, ...compacted) === oldest
      ? []
      : [`the log reaches back to ${oldest}, but had been compacted to ${compacted.at(-1)}`]),
  ];
}

function wrongNumbers(changes: readonly ObjectChange[], oldest: number, newest: number): readonly string[] {
  const numbers = changes.map(({ object }) => object.resourceVersion);
  const expected = Array.from({ length: newest - oldest }, (_, index) => oldest + index + 1);
  const inside = changes.filter(({ object }) => sampleOf(object).metadata.resourceVersion !== String(object.resourceVersion));
  return [
    ...(isDeepStrictEqual(numbers, expected) ? [] : [`the log from ${oldest} to ${newest} has ${numbers.join(' ')}`]),
    ...inside.map(({ object }) => `${object.key.name} at ${object.resourceVersion} says it were at another`),
  ];
}

/** What was there at the oldest moment, and the changes since, make what is there. */
function wrongCourse(store: ObjectStore, changes: readonly ObjectChange[], oldest: number): readonly string[] {
  const state = new Map(store.list(pods, { at: oldest }).items.map((object) => [object.key.name, object]));
  const wrongs: string[] = [];
  for (const { kind, object, previous } of changes) {
    const before = state.get(object.key.name);
    if (!isDeepStrictEqual(before, previous)) wrongs.push(`the change ${object.resourceVersion} knows another previous state`);
    if ((kind === 'added') !== (before === undefined)) wrongs.push(`the change ${object.resourceVersion} is called ${kind}`);
    if (kind === 'deleted') state.delete(object.key.name);
    else state.set(object.key.name, object);
  }
  const byName = (a: StoredObject, b: StoredObject): number => (a.key.name < b.key.name ? -1 : 1);
  if (!isDeepStrictEqual([...state.values()].sort(byName), store.list(pods).items)) wrongs.push('the changes do not lead to the objects');
  return wrongs;
}

/** What was said to be stored is in the log, or was compacted; then no older state of it may be there. */
function wrongObject({ name, rv, text }: SaidObject, store: ObjectStore, changes: readonly ObjectChange[]): readonly string[] {
  if (rv > store.resourceVersion) return [`${name} was stored at ${rv}, the store is at ${store.resourceVersion}`];
  if (rv <= store.oldestResourceVersion) {
    const found = store.get({ resource: 'pods', namespace: 'default', name })?.resourceVersion ?? rv;
    return found >= rv ? [] : [`${name} was stored at ${rv}, and is at ${found}`];
  }
  const change = changes.find(({ object }) => object.resourceVersion === rv);
  const isIt = change?.object.key.name === name && sampleOf(change.object).text === text;
  return isIt ? [] : [`${name} was stored at ${rv}, and is not there`];
}

/** Every change names its call; that of an expiry keeps the text that was there. */
function halfCalls(changes: readonly ObjectChange[], oldest: number): readonly string[] {
  const calls = new Map<string, number[]>();
  for (const { object, previous } of changes) {
    const { text } = sampleOf(object);
    if (previous === undefined || sampleOf(previous).text !== text) calls.set(text, [...(calls.get(text) ?? []), object.resourceVersion]);
  }
  return [...calls]
    .filter(([, numbers]) => numbers.length !== CALL_SIZE && numbers[0] !== oldest + 1)
    .map(([text, numbers]) => `the call ${text.trim()} has only ${numbers.join(' ')}`);
}
