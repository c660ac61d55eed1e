import { equal } from 'node:assert/strict';
import { describe, it } from 'node:test';
import { onStopSignals } from './stop-signals.ts';

describe('onStopSignals()', () => {
  it('takes signals that come at once for one wish, and later ones for another', () => {
    let nowMs = 1000;
    let wishes = 0;
    const stopListening = onStopSignals(
      () => {
        wishes += 1;
      },
      () => nowMs,
    );
    try {
      process.emit('SIGINT');
      nowMs += 5;
      // npm passes on what the terminal has sent already.
      process.emit('SIGINT');
      equal(wishes, 1);
      nowMs += 500;
      process.emit('SIGTERM');
      equal(wishes, 2);
      nowMs += 500;
      process.emit('SIGHUP');
      equal(wishes, 3);
    } finally {
      stopListening();
    }
    nowMs += 500;
    equal(process.listenerCount('SIGINT'), 0);
    equal(wishes, 3);
  });
});
