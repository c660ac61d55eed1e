import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { formatPath } from './field-path.ts';
import { readManifests } from './read-manifests.ts';
import { validateLifecycle } from './validate-handler.ts';

/** Errors of `spec.containers[0]` with this `lifecycle`, without the path to the container. */
function errorsOf(lifecycle: string, spec = ''): readonly string[] {
  const text = `{apiVersion: v1, kind: Pod, metadata: {name: a}, spec: {${spec} containers: [{name: a, image: b, lifecycle: ${lifecycle}}]}}`;
  const { errors } = readManifests([{ name: 'pod.yaml', text }], { purpose: 'explain' });
  return errors.map(({ path, message }) => `${path.replace('spec.containers[0].lifecycle', '')}: ${message}`);
}

describe('validateLifecycle() follows the API server in', () => {
  const HTTP_RULE =
    "a valid HTTP header must consist of alphanumeric characters or '-' (e.g. 'X-Header-Name', regex used for validation is '[-A-Za-z0-9]+')";
  const CASES: readonly (readonly [what: string, lifecycle: string, errors: readonly string[]])[] = [
    ['an exec', '{postStart: {exec: {command: [a]}}}', []],
    ['a sleep of no time', '{preStop: {sleep: {seconds: 0}}}', []],
    ['a sleep as long as the grace', '{preStop: {sleep: {seconds: 30}}}', []],
    ['an httpGet with the least', '{preStop: {httpGet: {port: 80}}}', []],
    ['a tcpSocket, which always fails when it runs', '{preStop: {tcpSocket: {port: web}}}', []],
    ['no handler', '{postStart: {}}', ['.postStart: Required value: must specify a handler type']],
    ['a hook without a value', '{postStart: }', []],
    ['an exec without a command', '{preStop: {exec: {}}}', ['.preStop.exec.command: Required value']],
    ['an exec with an empty command', '{preStop: {exec: {command: []}}}', ['.preStop.exec.command: Required value']],
    [
      'three handlers: the later ones are refused unread',
      '{preStop: {sleep: {seconds: 99}, exec: {command: [a]}, httpGet: {port: 0}}}',
      [
        '.preStop.httpGet: Forbidden: may not specify more than 1 handler type',
        '.preStop.sleep: Forbidden: may not specify more than 1 handler type',
      ],
    ],
    [
      'a sleep beyond the grace',
      '{postStart: {sleep: {seconds: 31}}}',
      ['.postStart.sleep.seconds: Invalid value: 31: must be non-negative and less than terminationGracePeriodSeconds (30)'],
    ],
    [
      'a negative sleep',
      '{preStop: {sleep: {seconds: -1}}}',
      ['.preStop.sleep.seconds: Invalid value: -1: must be non-negative and less than terminationGracePeriodSeconds (30)'],
    ],
    ['a missing port', '{preStop: {httpGet: {}}}', ['.preStop.httpGet.port: Invalid value: 0: must be between 1 and 65535, inclusive']],
    [
      'a port out of range',
      '{preStop: {httpGet: {port: 65536}}}',
      ['.preStop.httpGet.port: Invalid value: 65536: must be between 1 and 65535, inclusive'],
    ],
    [
      'a long port name',
      '{preStop: {httpGet: {port: abcdefghijklmnop}}}',
      ['.preStop.httpGet.port: Invalid value: "abcdefghijklmnop": must be no more than 15 bytes'],
    ],
    [
      'a port name in capitals',
      '{preStop: {tcpSocket: {port: Web}}}',
      ['.preStop.tcpSocket.port: Invalid value: "Web": must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)'],
    ],
    [
      'a port name without a letter',
      '{preStop: {httpGet: {port: "80"}}}',
      ['.preStop.httpGet.port: Invalid value: "80": must contain at least one letter (a-z)'],
    ],
    [
      'a port name with two hyphens',
      '{preStop: {httpGet: {port: a--b}}}',
      ['.preStop.httpGet.port: Invalid value: "a--b": must not contain consecutive hyphens'],
    ],
    [
      'a port name that ends with a hyphen',
      '{preStop: {httpGet: {port: a-}}}',
      ['.preStop.httpGet.port: Invalid value: "a-": must not begin or end with a hyphen'],
    ],
    [
      'another scheme',
      '{preStop: {httpGet: {port: 80, scheme: http}}}',
      ['.preStop.httpGet.scheme: Unsupported value: "http": supported values: "HTTP", "HTTPS"'],
    ],
    [
      'a header name with a space; its value may be anything',
      '{preStop: {httpGet: {port: 80, httpHeaders: [{name: X-A, value: "a b"}, {name: X-A}, {name: "X A", value: b}]}}}',
      [`.preStop.httpGet.httpHeaders: Invalid value: "X A": ${HTTP_RULE}`],
    ],
    [
      'a stop signal without a system',
      '{stopSignal: SIGUSR1}',
      ['.stopSignal: Forbidden: may not be set for containers with empty `spec.os.name`'],
    ],
  ];
  for (const [what, lifecycle, errors] of CASES) test(what, () => assert.deepEqual(errorsOf(lifecycle), errors));

  test('the grace of the Pod', () => {
    assert.deepEqual(errorsOf('{preStop: {sleep: {seconds: 5}}}', 'terminationGracePeriodSeconds: 5,'), []);
    assert.deepEqual(errorsOf('{preStop: {sleep: {seconds: 2}}}', 'terminationGracePeriodSeconds: -5,'), [
      '.preStop.sleep.seconds: Invalid value: 2: must be non-negative and less than terminationGracePeriodSeconds (1)',
    ]);
  });

  test('stop signals of Linux', () => {
    for (const signal of ['SIGTERM', 'SIGUSR1', 'SIGRTMIN', 'SIGRTMIN+15', 'SIGRTMAX-14', 'SIGCLD']) {
      assert.deepEqual(errorsOf(`{stopSignal: ${signal}}`, 'os: {name: linux},'), [], signal);
    }
    for (const signal of ['TERM', 'sigterm', 'SIGRTMIN+16', 'SIGRTMAX-15', 'SIGEMT', '15']) {
      assert.match(
        errorsOf(`{stopSignal: "${signal}"}`, 'os: {name: linux},')[0] ?? '',
        /^\.stopSignal: Unsupported value: ".*": supported values: "SIGABRT", /,
        signal,
      );
    }
  });

  test('stop signals of Windows', () => {
    assert.deepEqual(errorsOf('{stopSignal: SIGKILL}', 'os: {name: windows},'), []);
    assert.deepEqual(errorsOf('{stopSignal: SIGINT}', 'os: {name: windows},'), [
      '.stopSignal: Unsupported value: "SIGINT": supported values: "SIGKILL", "SIGTERM"',
    ]);
  });
});

test('validateLifecycle() asks for a path even where no default was filled in', () => {
  const found: string[] = [];
  validateLifecycle({ preStop: { httpGet: { port: 80, path: '' } } }, [], { graceSeconds: 30, os: '' }, (path, message) =>
    found.push(`${formatPath(path)}: ${message}`),
  );
  assert.deepEqual(found, ['preStop.httpGet.path: Required value']);
});
