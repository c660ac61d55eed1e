import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { jsonLogger } from './json-logger.ts';

function openLogger() {
  const written: string[] = [];
  const logger = jsonLogger({ write: (line) => written.push(line), now: () => new Date(Date.UTC(2030, 0, 1)) });
  return { logger, written };
}

describe('jsonLogger()', () => {
  it('writes one line of JSON with time, level, message and the fields', () => {
    const { logger, written } = openLogger();
    logger.info('the API is up', { url: 'https://127.0.0.1:6443', tries: 1, ok: true, nothing: null, absent: undefined });
    logger.warn('a\nb');
    logger.error('over');
    assert.deepEqual(written, [
      '{"time":"2030-01-01T00:00:00.000Z","level":"info","message":"the API is up","url":"https://127.0.0.1:6443","tries":1,"ok":true,"nothing":null}\n',
      '{"time":"2030-01-01T00:00:00.000Z","level":"warn","message":"a\\nb"}\n',
      '{"time":"2030-01-01T00:00:00.000Z","level":"error","message":"over"}\n',
    ]);
  });

  it('flattens what is no plain value', () => {
    const { logger, written } = openLogger();
    const circle: Record<string, unknown> = {};
    circle['self'] = circle;
    logger.warn('m', { list: [1, { a: 2 }], error: new Error('it broke'), circle, big: 5n, not: Number.NaN });
    const { list, error, circle: shown, big, not } = JSON.parse(written[0] ?? '');
    assert.deepEqual([list, error, shown, big, not], ['[1,{"a":2}]', 'it broke', '[object Object]', '5', 'NaN']);
  });

  it('lets no field take the place of time, level or message', () => {
    const { logger, written } = openLogger();
    logger.info('m', { message: 'other', level: 'x', time: 5 });
    const { message, level, time, message_, level_, time_ } = JSON.parse(written[0] ?? '');
    assert.deepEqual([message, level, time, message_, level_, time_], ['m', 'info', '2030-01-01T00:00:00.000Z', 'other', 'x', 5]);
  });

  it('cuts long texts', () => {
    const { logger, written } = openLogger();
    logger.info('m', { stack: 'x'.repeat(10_000) });
    assert.equal(JSON.parse(written[0] ?? '').stack, `${'x'.repeat(8192)}… (1808 more characters)`);
  });

  it('is one flat object a line, whatever it is given', () => {
    const { logger, written } = openLogger();
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.dictionary(fc.string(), fc.anything()), (message, fields) => {
        written.length = 0;
        logger.warn(message, fields);
        assert.equal(written.length, 1);
        assert.equal(written[0]?.indexOf('\n'), (written[0] ?? '').length - 1);
        for (const value of Object.values(JSON.parse(written[0] ?? '') as object)) assert.ok(value === null || typeof value !== 'object');
      }),
    );
  });

  const secrets: readonly (readonly [string, string, string])[] = [
    ['a service account token', 'eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJzeXN0ZW0ifQ.c2lnbmF0dXJl', 'answered with (token)!'],
    ['a header', 'Bearer abcdefghijklmnop', 'answered with Bearer (secret)!'],
    ['a password in an address', 'https://me:hunter22@registry.local/v2', 'answered with https://me:(secret)@registry.local/v2!'],
    ['a private key', '-----BEGIN EC PRIVATE KEY-----\nMHcCAQ\n-----END EC PRIVATE KEY-----', 'answered with (private key)!'],
  ];
  for (const [what, secret, expected] of secrets)
    it(`leaves out ${what}, in the message, a field, and deep in one`, () => {
      const { logger, written } = openLogger();
      const text = `answered with ${secret}!`;
      logger.warn(text, { error: text, cause: new Error(text) });
      const { message, error, cause } = JSON.parse(written[0] ?? '');
      assert.deepEqual([message, error, cause], [expected, expected, expected]);
      logger.warn('m', { deep: { list: [text] } });
      assert.equal(written[1]?.includes(secret.slice(12, 24)), false);
    });
});
