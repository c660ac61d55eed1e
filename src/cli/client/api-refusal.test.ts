import { equal, throws } from 'node:assert/strict';
import { describe, it } from 'node:test';
import { accepted, isNotFound, refusal } from './api-refusal.ts';

const status = (more: object): object => ({ kind: 'Status', apiVersion: 'v1', status: 'Failure', ...more });

describe('refusal()', () => {
  const cases: readonly (readonly [what: string, code: number, body: unknown, message: string, error?: string])[] = [
    [
      'what is not there',
      404,
      status({ reason: 'NotFound', message: 'pods "x" not found' }),
      'Error from server (NotFound): pods "x" not found',
    ],
    ['no reason', 500, status({ message: 'etcdserver: leader changed' }), 'Error from server: etcdserver: leader changed'],
    ['no login', 401, status({ reason: 'Unauthorized' }), 'error: You must be logged in to the server (Unauthorized)'],
    ['no Status', 502, 'gateway', 'Error from server: the server answered with status 502'],
    [
      'a request that is wrong',
      400,
      status({ reason: 'BadRequest', message: 'unknown field "spec.x"' }),
      'Error from server (BadRequest): unknown field "spec.x"',
      'badInput',
    ],
    [
      'an object with one fault',
      422,
      status({
        reason: 'Invalid',
        message: 'long',
        details: { kind: 'Pod', name: 'x', causes: [{ field: 'spec.containers', message: 'Required value' }] },
      }),
      'The Pod "x" is invalid: spec.containers: Required value',
      'badInput',
    ],
    [
      'an object with several faults, each said once',
      422,
      status({
        reason: 'Invalid',
        details: {
          kind: 'Pod',
          name: 'x',
          causes: [
            { field: 'a', message: 'one' },
            { field: 'b', message: 'two' },
            { field: 'a', message: 'one' },
          ],
        },
      }),
      'The Pod "x" is invalid: \n* a: one\n* b: two',
      'badInput',
    ],
    ['an invalid request without details', 422, status({ reason: 'Invalid', message: 'no' }), 'The request is invalid: no', 'badInput'],
  ];
  for (const [what, code, body, message, error = 'apiRefused'] of cases) {
    it(`says ${what} as kubectl does`, () => {
      const refused = refusal({ status: code, body });
      equal(refused.message, message);
      equal(refused.code, error);
    });
  }

  it('says what was being done', () => {
    const body = status({ reason: 'Forbidden', message: 'no' });
    equal(refusal({ status: 403, body }, 'creating "a.yaml"').message, 'Error from server (Forbidden): error when creating "a.yaml": no');
  });
});

describe('accepted(), isNotFound()', () => {
  it('lets answers through and throws refusals', () => {
    equal(accepted({ status: 200, body: 'x' }), 'x');
    throws(() => accepted({ status: 404, body: status({ reason: 'NotFound' }) }), { code: 'apiRefused' });
  });

  it('tells an object that is not there from a path that is not there', () => {
    equal(isNotFound({ status: 404, body: status({ reason: 'NotFound' }) }), true);
    equal(isNotFound({ status: 404, body: 'nothing here' }), false);
  });
});
