import { deepEqual, equal, ok } from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { EventFact, EventNews } from '../journal-record.ts';
import { correlate, type EventHistory, foldEvent, NO_EVENTS, wasTold } from './correlate.ts';

const SECOND = 1000;
const MINUTE = 60 * SECOND;

const news = (more: Partial<EventNews> = {}): EventNews => ({
  type: 'event',
  container: 'main',
  eventType: 'Normal',
  reason: 'Killing',
  message: 'Stopping container main',
  ...more,
});

/** Tells one event after the other, and remembers what became of each. */
class Teller {
  history: EventHistory = NO_EVENTS;

  tell(wallMs: number, more: Partial<EventNews> = {}): EventFact | undefined {
    const event = correlate(this.history, news(more), wallMs);
    if (event !== undefined) this.history = foldEvent(this.history, event, wallMs);
    return event;
  }

  /** "x2 the message", or "dropped". */
  line(wallMs: number, more: Partial<EventNews> = {}): string {
    const event = this.tell(wallMs, more);
    return event === undefined ? 'dropped' : `x${event.count} ${event.message}`;
  }
}

describe('counting', () => {
  it('tells the same event again with a greater count', () => {
    const teller = new Teller();
    deepEqual(
      [0, 1, 2].map((at) => teller.tell(at * MINUTE)?.count),
      [1, 2, 3],
    );
  });

  const OTHERS: Readonly<Record<string, Partial<EventNews>>> = {
    container: { container: 'other' },
    type: { eventType: 'Warning' },
    reason: { reason: 'Started' },
    message: { message: 'FailedPostStartHook' },
  };
  for (const [what, other] of Object.entries(OTHERS)) {
    it(`counts events of another ${what} apart`, () => {
      const teller = new Teller();
      deepEqual([teller.tell(0)?.count, teller.tell(0, other)?.count, teller.tell(0)?.count], [1, 1, 2]);
    });
  }

  it('counts events of the Pod apart from those of a container', () => {
    const teller = new Teller();
    const { container: _container, ...ofPod } = news();
    teller.tell(0);
    equal(correlate(teller.history, ofPod, 0)?.count, 1);
  });
});

describe('aggregation', () => {
  const message = (n: number): Partial<EventNews> => ({ message: `m${n}` });

  it('combines from the tenth message on, and counts the combined ones together', () => {
    const teller = new Teller();
    const told = Array.from({ length: 12 }, (_, index) => teller.line(index * SECOND, message(index + 1)));
    deepEqual(told.slice(7), [
      'x1 m8',
      'x1 m9',
      'x1 (combined from similar events): m10',
      'x2 (combined from similar events): m11',
      'x3 (combined from similar events): m12',
    ]);
  });

  it('ignores which container an event is about', () => {
    const teller = new Teller();
    const told = Array.from({ length: 11 }, (_, index) => teller.line(0, { container: `c${index}`, ...message(index) }));
    deepEqual(told.slice(-2), ['x1 (combined from similar events): m9', 'x2 (combined from similar events): m10']);
  });

  it('does not combine messages of different reasons or types', () => {
    const teller = new Teller();
    for (let n = 1; n <= 9; n += 1) teller.tell(0, message(n));
    deepEqual(
      [teller.line(0, { ...message(10), reason: 'Pulled' }), teller.line(0, { ...message(10), eventType: 'Warning' })],
      ['x1 m10', 'x1 m10'],
    );
  });

  it('does not take repetitions for different messages', () => {
    const teller = new Teller();
    for (let n = 0; n < 20; n += 1) teller.tell(0, message(n % 9));
    equal(teller.line(0, message(0)), 'x4 m0');
  });

  it('does not take a repetition of the newest message for another one', () => {
    const teller = new Teller();
    for (let n = 1; n <= 10; n += 1) teller.tell(0, message(n));
    deepEqual([teller.line(0, message(10)), teller.line(0, message(11))], ['x1 m10', 'x2 (combined from similar events): m11']);
  });

  it('starts anew after more than 10 min without one', () => {
    for (const [pause, told] of [
      [10 * MINUTE, 'x1 (combined from similar events): m10'],
      [10 * MINUTE + 1, 'x1 m10'],
    ] as const) {
      const teller = new Teller();
      for (let n = 1; n <= 9; n += 1) teller.tell(0, message(n));
      equal(teller.line(pause, message(10)), told);
    }
  });
});

describe('the spam filter', () => {
  it('lets 25 events of a type through at once, then one every 5 min', () => {
    const teller = new Teller();
    const told = (wallMs: number, times: number): number =>
      Array.from({ length: times }, () => teller.tell(wallMs)).filter((event) => event !== undefined).length;
    equal(told(0, 30), 25);
    equal(told(5 * MINUTE - 1, 3), 0);
    equal(told(5 * MINUTE, 3), 1);
    equal(told(15 * MINUTE, 3), 2);
    equal(told(15 * MINUTE + 1000 * MINUTE, 30), 25);
  });

  it('has an allowance for each type', () => {
    const teller = new Teller();
    for (let n = 0; n < 30; n += 1) teller.tell(0);
    equal(teller.line(0, { eventType: 'Warning' }), 'x1 Stopping container main');
  });

  it('gives nothing for a clock that is set back, and takes nothing', () => {
    const teller = new Teller();
    for (let n = 0; n < 24; n += 1) teller.tell(60 * MINUTE);
    deepEqual([teller.line(0), teller.line(0)], ['x25 Stopping container main', 'dropped']);
  });
});

describe('memory', () => {
  it('holds 100 events; the one that was told longest ago is forgotten first', () => {
    const teller = new Teller();
    const tell = (n: number): number | undefined => teller.tell(n * 11 * MINUTE, { message: `m${n % 1000}` })?.count;
    for (let n = 0; n < 100; n += 1) tell(n);
    equal(tell(1000), 2, 'm0 is remembered, and the newest now');
    equal(tell(2100), 1);
    equal(teller.history.told.size, 100);
    deepEqual([tell(3001), tell(4000), tell(5003)], [1, 3, 2]);
  });
});

describe('wasTold()', () => {
  it('is true for so long after the same event', () => {
    const teller = new Teller();
    teller.tell(0);
    deepEqual(
      [9999, 10_000].map((wallMs) => wasTold(teller.history, news(), { wallMs, withinMs: 10_000 })),
      [true, false],
    );
    equal(wasTold(teller.history, news({ message: 'other' }), { wallMs: 0, withinMs: 10_000 }), false);
  });
});

describe('any sequence of events', () => {
  const anyNews = fc.record({
    container: fc.constantFrom('a', 'b'),
    eventType: fc.constantFrom('Normal', 'Warning'),
    reason: fc.constantFrom('Killing', 'Failed', 'BackOff'),
    message: fc.integer({ min: 0, max: 400 }).map((n) => `message ${n}`),
  });
  const steps = fc.array(fc.record({ pauseMs: fc.integer({ min: 0, max: 400_000 }), more: anyNews }), { maxLength: 300 });

  it('is bounded in number by time, and in memory', () => {
    fc.assert(
      fc.property(steps, (all) => {
        const teller = new Teller();
        let now = 0;
        let told = 0;
        for (const { pauseMs, more } of all) {
          now += pauseMs;
          if (teller.tell(now, more) !== undefined) told += 1;
        }
        ok(told <= 2 * (25 + now / (5 * MINUTE)));
        ok(teller.history.told.size <= 100);
        for (const { messages } of Object.values(teller.history.similar)) ok(messages.length <= 9);
      }),
    );
  });

  it('gives counts that grow by one for each identity while it is remembered', () => {
    fc.assert(
      fc.property(steps, (all) => {
        const teller = new Teller();
        const counts = new Map<string, number>();
        for (const { more } of all.slice(0, 60)) {
          const event = teller.tell(0, more);
          if (event === undefined) continue;
          const combined = event.message.startsWith('(combined');
          const key = combined
            ? `${event.eventType} ${event.reason}`
            : JSON.stringify([event.container, event.eventType, event.reason, event.message]);
          equal(event.count, (counts.get(key) ?? 0) + 1);
          counts.set(key, event.count);
        }
      }),
    );
  });
});
