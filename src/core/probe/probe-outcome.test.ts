import { deepEqual } from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  commandOutcome,
  commandTimedOut,
  connectTimedOut,
  healthOutcome,
  healthRefused,
  healthTimedOut,
  healthUnreachable,
  httpOutcome,
  type ProbeOutcome,
} from './probe-outcome.ts';

const failed = (message: string): ProbeOutcome => ({ result: 'failure', message });
const health = (code: number, message: string): ProbeOutcome => healthOutcome({ kind: 'failed', code, message }, 2);

const OUTCOMES: readonly (readonly [what: string, outcome: ProbeOutcome, expected: ProbeOutcome])[] = [
  ['a command that succeeds, whatever it says', commandOutcome(0, 'text'), { result: 'success' }],
  ['a command that fails: its output', commandOutcome(7, 'why\n'), failed('why\n')],
  [
    'a command that takes too long',
    commandTimedOut(['sh', '-c', 'a "b"'], 1),
    failed('command timed out: "sh -c a \\"b\\"" timed out after 1s'),
  ],
  ['…than a minute', commandTimedOut(['x'], 90), failed('command timed out: "x" timed out after 1m30s')],
  ['a status of 200', httpOutcome(200, 'b'), { result: 'success' }],
  ['a status of 299', httpOutcome(299, 'b'), { result: 'success' }],
  [
    'a redirect that is not followed',
    httpOutcome(302, 'see'),
    { result: 'warning', message: 'Probe terminated redirects, Response body: see' },
  ],
  ['a status of 399', httpOutcome(399, ''), { result: 'warning', message: 'Probe terminated redirects, Response body: ' }],
  ['a status of 400, never its body', httpOutcome(400, 'secret'), failed('HTTP probe failed with statuscode: 400')],
  ['a status of 500', httpOutcome(500, ''), failed('HTTP probe failed with statuscode: 500')],
  ['a status below 200', httpOutcome(101, ''), failed('HTTP probe failed with statuscode: 101')],
  ['a connection that takes too long', connectTimedOut('10.88.0.2:80'), failed('dial tcp 10.88.0.2:80: i/o timeout')],
  ['a service that serves', healthOutcome({ kind: 'status', status: 1 }, 1), { result: 'success' }],
  ['a service that does not', healthOutcome({ kind: 'status', status: 2 }, 1), failed('service unhealthy (responded with "NOT_SERVING")')],
  ['a service that says nothing', healthOutcome({ kind: 'status', status: 0 }, 1), failed('service unhealthy (responded with "UNKNOWN")')],
  ['a service that says something new', healthOutcome({ kind: 'status', status: 9 }, 1), failed('service unhealthy (responded with "9")')],
  [
    'no health service',
    health(12, 'unknown service x'),
    failed('error: this server does not implement the grpc health protocol (grpc.health.v1.Health): unknown service x'),
  ],
  [
    'an unknown service',
    health(5, 'unknown service'),
    failed('error: health rpc probe failed: rpc error: code = NotFound desc = unknown service'),
  ],
  ['a code that nobody knows', health(99, 'x'), failed('error: health rpc probe failed: rpc error: code = Code(99) desc = x')],
  ['a deadline of the server’s own', health(4, 'x'), failed('timeout: health rpc did not complete within 2s')],
  ['a check that takes too long', healthTimedOut(1), failed('timeout: health rpc did not complete within 1s')],
  [
    'a server that is not there',
    healthUnreachable('[::1]:80', 1),
    failed('timeout: failed to connect service "[::1]:80" within 1s: context deadline exceeded'),
  ],
  ['a server that may not be asked', healthRefused('h:80', 'why'), failed('error: failed to connect service at "h:80": why')],
];

describe('the outcome of an attempt', () => {
  for (const [what, outcome, expected] of OUTCOMES) it(`tells ${what}`, () => deepEqual(outcome, expected));
});
