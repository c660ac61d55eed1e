import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { PodRecord } from '../core/journal-record.ts';
import { eventName } from './api-event.ts';
import { emptyPage, foldEventPage } from './told-events.ts';

const TIME = '2030-01-01T00:00:00.123Z';
const POD = { uid: 'a-uid', pod: 'default/web' };
const told = (reason: string, more: object = {}): PodRecord =>
  ({ type: 'event', time: TIME, ...POD, eventType: 'Normal', reason, message: reason, count: 1, ...more }) as PodRecord;

describe('eventName()', () => {
  it('tells the order in which the events of one millisecond were told', () => {
    const reasons = Array.from({ length: 40 }, (_, index) => `Reason${(index * 7) % 40}`);
    const page = reasons.map((reason) => told(reason)).reduce(foldEventPage, emptyPage(POD));
    const events = [...page.told.values()];
    const names = events.map((event) => eventName(page, event));
    assert.deepEqual([...names].sort(), names);
    assert.equal(new Set(names).size, reasons.length);
  });

  it('stays the same when the event is told again', () => {
    const first = [told('Pulled'), told('Created')].reduce(foldEventPage, emptyPage(POD));
    const again = foldEventPage(first, told('Pulled', { count: 2, time: '2030-01-01T00:00:05.000Z' }));
    const namesOf = (page: typeof first): readonly string[] => [...page.told.values()].map((event) => eventName(page, event)).sort();
    assert.deepEqual(namesOf(again), namesOf(first));
  });
});
