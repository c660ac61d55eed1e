import { deepEqual, equal } from 'node:assert/strict';
import { describe, it } from 'node:test';
import { HookletError } from '../ports/hooklet-error.ts';
import { formatMessage, stderrLogger, wantsColours } from './command-context.ts';
import { exitCodeOf } from './exit-code.ts';

describe('wantsColours()', () => {
  it('wants them on a terminal only, and never with NO_COLOR', () => {
    equal(wantsColours({}, true), true);
    equal(wantsColours({}, false), false);
    equal(wantsColours({ NO_COLOR: '1' }, true), false);
    equal(wantsColours({ NO_COLOR: '' }, true), true);
    equal(wantsColours({ TERM: 'dumb' }, true), false);
  });
});

describe('exitCodeOf()', () => {
  it('tells bad input from what this host cannot do and from all else', () => {
    equal(exitCodeOf(new HookletError('badInput', 'x')), 2);
    for (const code of ['hostLacks', 'stateLocked', 'journalUnwritable'] as const) equal(exitCodeOf(new HookletError(code, 'x')), 3);
    equal(exitCodeOf(new HookletError('runtimeFailed', 'x')), 1);
    equal(exitCodeOf(new Error('x')), 1);
  });
});

describe('formatMessage(), stderrLogger()', () => {
  it('names the program and indents further lines', () => {
    equal(formatMessage('one\ntwo\n'), 'hooklet: one\n  two\n');
  });

  it('lets no message take the terminal over: manifests and runtimes write what they like', () => {
    equal(
      formatMessage('exec "\u001b]0;mine\u0007\u001b[2Jsh"\nnot\rfound'),
      'hooklet: exec "\\x1b]0;mine\\x07\\x1b[2Jsh"\n  not\\x0dfound\n',
    );
  });

  it('puts fields behind the message, and keeps notes to itself', () => {
    const said: string[] = [];
    const logger = stderrLogger((message) => said.push(message));
    logger.info('nothing');
    logger.warn('a step failed', { pod: 'default/demo', delayMs: 50 });
    logger.warn('alone');
    deepEqual(said, ['a step failed (pod=default/demo, delayMs=50)', 'alone']);
  });
});
