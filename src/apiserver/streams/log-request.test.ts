import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ApiPod } from '../../model/api-objects.ts';
import { chooseContainer } from './choose-container.ts';
import { logInstance } from './log-instance.ts';
import { readLogQuery } from './log-options.ts';
import { readStreamRequest } from './stream-options.ts';

const podOf = (spec: object, status: object = {}): ApiPod => ({ metadata: { name: 'p', uid: 'u' }, spec, status }) as unknown as ApiPod;
const two = podOf({ containers: [{ name: 'a' }, { name: 'b', tty: true }] });
const withInit = podOf({ containers: [{ name: 'a' }, { name: 'b' }], initContainers: [{ name: 'c' }] });

describe('chooseContainer()', () => {
  it('takes the only one, or the one that is named', () => {
    assert.equal(chooseContainer(podOf({ containers: [{ name: 'a' }], initContainers: [{ name: 'c' }] }), ''), 'a');
    assert.equal(chooseContainer(withInit, 'c'), 'c');
  });

  it('refuses in upstream’s words', () => {
    const refused = (pod: ApiPod, name: string, message: string) => assert.throws(() => chooseContainer(pod, name), { code: 400, message });
    refused(two, '', 'a container name must be specified for pod p, choose one of: [a b]');
    refused(withInit, '', 'a container name must be specified for pod p, choose one of: [a b] or one of the init containers: [c]');
    refused(two, 'x', 'container x is not valid for pod p');
  });
});

describe('logInstance()', () => {
  const running = { state: { running: {} }, containerID: 'containerd://now' };
  const ended = (id?: string) => ({ terminated: id === undefined ? {} : { containerID: `containerd://${id}` } });
  const waiting = (reason: string) => ({ state: { waiting: { reason } } });
  const of = (status: object): ApiPod => podOf({}, { containerStatuses: [{ name: 'c', ...status }] });

  const FOUND: readonly (readonly [what: string, status: object, previous: boolean, id: string])[] = [
    ['the running instance', { ...running, lastState: ended('before') }, false, 'now'],
    ['the one before it', { ...running, lastState: ended('before') }, true, 'before'],
    ['the ended instance', { state: ended('now') }, false, 'now'],
    ['the one before one that could not be made', { state: ended(), lastState: ended('before') }, false, 'before'],
    ['the one before while the next waits', { ...waiting('CrashLoopBackOff'), lastState: ended('before') }, false, 'before'],
  ];
  for (const [what, status, previous, id] of FOUND) it(`finds ${what}`, () => assert.equal(logInstance(of(status), 'c', previous), id));

  it('finds an init container', () => {
    assert.equal(logInstance(podOf({}, { initContainerStatuses: [{ name: 'c', ...running }] }), 'c', false), 'now');
  });

  const REFUSED: readonly (readonly [what: string, status: object, previous: boolean, message: string])[] = [
    ['an instance before the first', running, true, 'previous terminated container "c" in pod "p" not found'],
    ['one that is being made', waiting('ContainerCreating'), false, 'container "c" in pod "p" is waiting to start: ContainerCreating'],
    ['one without an image', waiting('ErrImagePull'), false, 'container "c" in pod "p" is waiting to start: image can\'t be pulled'],
    [
      'one that waits for its image',
      waiting('ImagePullBackOff'),
      false,
      'container "c" in pod "p" is waiting to start: trying and failing to pull image',
    ],
    ['one that never was', { state: ended() }, false, 'container "c" in pod "p" is terminated'],
    ['a lost one', { ...waiting(''), lastState: ended() }, false, 'container "c" in pod "p" is terminated'],
    ['one without a state', {}, false, 'container "c" in pod "p" is waiting to start - no logs yet'],
  ];
  for (const [what, status, previous, message] of REFUSED) {
    it(`refuses ${what}`, () => assert.throws(() => logInstance(of(status), 'c', previous), { code: 400, message }));
  }

  it('refuses a container that the status does not show', () => {
    assert.throws(() => logInstance(podOf({}), 'c', false), { code: 400, message: 'container "c" in pod "p" is not available' });
  });
});

describe('readLogQuery()', () => {
  const read = (query: string) => readLogQuery(new URLSearchParams(query), { name: 'p', nowMs: 100_000 });

  it('reads what is asked for', () => {
    assert.deepEqual(
      read('container=c&previous=true&follow=1&timestamps=true&sinceSeconds=10&tailLines=0&limitBytes=5&insecureSkipTLSVerifyBackend=true'),
      {
        container: 'c',
        previous: true,
        options: { follow: true, timestamps: true, sinceWallMs: 90_000, tailLines: 0, limitBytes: 5 },
      },
    );
    assert.deepEqual(read(''), { container: '', previous: false, options: { follow: false, timestamps: false } });
    assert.equal(read('sinceTime=1970-01-01T01:00:01%2B01:00').options.sinceWallMs, 1000);
  });

  const REFUSED: readonly (readonly [query: string, code: number, message: string])[] = [
    ['tailLines=-1', 422, 'PodLogOptions "p" is invalid: tailLines: Invalid value: -1: must be greater than or equal to 0'],
    ['limitBytes=0', 422, 'PodLogOptions "p" is invalid: limitBytes: Invalid value: 0: must be greater than 0'],
    ['sinceSeconds=0', 422, 'PodLogOptions "p" is invalid: sinceSeconds: Invalid value: 0: must be greater than 0'],
    ['tailLines=x', 400, 'strconv.ParseInt: parsing "x": invalid syntax'],
    ['sinceTime=yesterday', 400, 'sinceTime "yesterday" is no time as RFC 3339 writes it'],
  ];
  for (const [query, code, message] of REFUSED) {
    it(`refuses ${query}`, () => assert.throws(() => read(query), { code, message }));
  }

  it('refuses two beginnings', () => {
    assert.throws(
      () => read('sinceSeconds=1&sinceTime=1970-01-01T00:00:00Z'),
      /at most one of `sinceTime` or `sinceSeconds` may be specified/,
    );
  });
});

describe('readStreamRequest()', () => {
  const read = (kind: 'exec' | 'attach' | 'portforward', query: string) => readStreamRequest(kind, two, new URLSearchParams(query));

  it('reads an exec; a terminal has one output', () => {
    const streams = { stdin: true, stdout: true, stderr: false, tty: true };
    assert.deepEqual(read('exec', 'container=a&command=sh&command=-c&stdin=true&stdout=true&stderr=true&tty=true'), {
      kind: 'exec',
      uid: 'u',
      container: 'a',
      command: ['sh', '-c'],
      ...streams,
    });
  });

  it('reads an attach: whether there is a terminal is the container’s', () => {
    const streams = { stdin: false, stdout: true, stderr: true };
    assert.deepEqual(read('attach', 'container=a&stdout=true&stderr=true&tty=true'), {
      kind: 'attach',
      uid: 'u',
      container: 'a',
      ...streams,
      tty: false,
    });
    assert.deepEqual(read('attach', 'container=b&stdout=true&stderr=true'), {
      kind: 'attach',
      uid: 'u',
      container: 'b',
      ...streams,
      stderr: false,
      tty: true,
    });
  });

  it('reads ports in either form', () => {
    assert.deepEqual(read('portforward', 'ports=80&ports=81,82'), { kind: 'portforward', uid: 'u', ports: [80, 81, 82] });
    assert.deepEqual(read('portforward', ''), { kind: 'portforward', uid: 'u', ports: [] });
  });

  for (const [kind, query, message] of [
    ['exec', 'container=a&stdout=true', /at least one command/],
    ['exec', 'container=a&command=ls', /you must specify at least 1 of stdin, stdout, stderr/],
    ['exec', 'container=a&command=ls&stdout=0', /you must specify at least 1 of stdin, stdout, stderr/],
    ['attach', 'stdout=true', /a container name must be specified/],
    ['portforward', 'ports=0', /port "0" must be > 0/],
    ['portforward', 'ports=65536', /unable to parse "65536" as a port/],
    ['portforward', `ports=${'1,'.repeat(100)}1`, /at most 100 ports/],
  ] as const) {
    it(`refuses ${kind} with ${query.slice(0, 40)}`, () => assert.throws(() => read(kind, query), message));
  }
});
