import { deepEqual, equal, ok } from 'node:assert/strict';
import { describe, it } from 'node:test';
import { hookOptions } from './hook-options.ts';
import { readManifests } from './read-manifests.ts';

const HOOKS = 'lifecycle: {preStop: {httpGet: {port: 80}}, postStart: {exec: {command: [a]}}}';

function read(annotations: string, hooks = HOOKS) {
  const text = `apiVersion: v1\nkind: Pod\nmetadata:\n  name: a\n  annotations:\n    ${annotations}\nspec: {containers: [{name: main, image: b, ${hooks}}]}`;
  const { pods, warnings, errors } = readManifests([{ name: 'pod.yaml', text }], { purpose: 'run' });
  const shown = (problems: typeof warnings): readonly string[] => problems.map(({ line, path, message }) => `${line}: ${path}: ${message}`);
  return { pod: pods[0]?.pod, warnings: shown(warnings), errors: shown(errors) };
}

const options = (annotations: string, hook: 'postStart' | 'preStop' = 'preStop') => {
  const { pod, errors } = read(annotations);
  deepEqual(errors, []);
  ok(pod !== undefined);
  return hookOptions(pod, { container: 'main', hook });
};

describe('hookOptions()', () => {
  const OFF = { strictStatus: false, retries: 0, deliveryHeaders: false };
  it('are all off by default', () => deepEqual(options('other: x'), OFF));
  it('are those of the hook that is named', () => {
    deepEqual(options('hooklet.dev/main.preStop.timeout: 1m30s'), { ...OFF, timeoutMs: 90_000 });
    deepEqual(options('hooklet.dev/main.preStop.timeout: 1m30s', 'postStart'), OFF);
    deepEqual(options('hooklet.dev/main.preStop.retries: "3"'), { ...OFF, retries: 3 });
    deepEqual(options('hooklet.dev/main.preStop.http-status: strict'), { ...OFF, strictStatus: true });
    deepEqual(options('hooklet.dev/main.preStop.http-delivery-headers: "true"'), { ...OFF, deliveryHeaders: true });
  });
  it('are off where what was accepted once is not valid', () => {
    const annotations = {
      'hooklet.dev/main.preStop.timeout': 'soon',
      'hooklet.dev/main.preStop.retries': '-1',
      'hooklet.dev/main.preStop.http-status': 'Strict',
    };
    const pod = read('other: x').pod;
    ok(pod !== undefined);
    deepEqual(hookOptions({ ...pod, metadata: { annotations } }, { container: 'main', hook: 'preStop' }), OFF);
  });
});

describe('readManifests() and the annotations of hooklet', () => {
  const REFUSED: readonly (readonly [annotation: string, error: string])[] = [
    ['main.preStop.timeout: "5"', 'Invalid value: "5": must be a duration above 0, such as 500ms, 5s or 1m30s'],
    ['main.preStop.timeout: 0s', 'Invalid value: "0s": must be a duration above 0, such as 500ms, 5s or 1m30s'],
    ['main.preStop.retries: many', 'Invalid value: "many": must be a whole number from 0 to 100'],
    ['main.preStop.retries: "101"', 'Invalid value: "101": must be a whole number from 0 to 100'],
    ['main.preStop.http-status: lax', 'Invalid value: "lax": must be "strict"'],
    ['main.preStop.http-delivery-headers: "yes"', 'Invalid value: "yes": must be "true" or "false"'],
  ];
  for (const [annotation, error] of REFUSED) {
    it(`refuses ${annotation}, with its line`, () => {
      const { errors, pod } = read(`hooklet.dev/${annotation}`);
      deepEqual(errors, [`6: metadata.annotations[hooklet.dev/${annotation.split(':')[0]}]: ${error}`]);
      equal(pod, undefined);
    });
  }

  const WARNED: readonly (readonly [annotation: string, warning: string])[] = [
    ['main.prestop.timeout: 5s', 'is not known to hooklet and has no effect; did you mean hooklet.dev/main.preStop.timeout?'],
    ['main.preStop.retry: "3"', 'is not known to hooklet and has no effect; did you mean hooklet.dev/main.preStop.retries?'],
    ['mian.preStop.timeout: 5s', 'is not known to hooklet and has no effect; did you mean hooklet.dev/main.preStop.timeout?'],
    ['colour: red', 'is not known to hooklet and has no effect; one it knows is hooklet.dev/main.postStart.timeout'],
    ['main.postStart.http-status: strict', 'has no effect: the hook is no httpGet'],
  ];
  for (const [annotation, warning] of WARNED) {
    it(`warns about ${annotation}`, () => {
      const { warnings, errors } = read(`hooklet.dev/${annotation}`);
      deepEqual(warnings, [`6: metadata.annotations[hooklet.dev/${annotation.split(':')[0]}]: ${warning}`]);
      deepEqual(errors, []);
    });
  }

  it('warns where no container has a hook', () => {
    deepEqual(read('hooklet.dev/main.preStop.timeout: 5s', 'tty: false').warnings, [
      '6: metadata.annotations[hooklet.dev/main.preStop.timeout]: has no effect: no container of this Pod has a hook',
    ]);
  });

  it('leaves the annotations of others alone', () => deepEqual(read('example.com/main.preStop.timeout: nonsense').warnings, []));
});

describe('readManifests() and hooks that always fail', () => {
  it('warns about tcpSocket, and about a port that the container does not name', () => {
    const ports = 'ports: [{name: web, containerPort: 80}],';
    deepEqual(read('a: b', 'lifecycle: {postStart: {tcpSocket: {port: 80}}}').warnings, [
      '7: spec.containers[0].lifecycle.postStart.tcpSocket: a tcpSocket hook always fails when it runs, as in Kubernetes; use httpGet or exec',
    ]);
    deepEqual(read('a: b', `${ports} lifecycle: {preStop: {httpGet: {port: wbe}}}`).warnings, [
      '7: spec.containers[0].lifecycle.preStop.httpGet.port: the container has no port "wbe", so the hook will fail; did you mean "web"?',
    ]);
    deepEqual(read('a: b', 'lifecycle: {preStop: {httpGet: {port: http}}}').warnings, [
      '7: spec.containers[0].lifecycle.preStop.httpGet.port: the container has no port "http", so the hook will fail; name one under ports, or give a number',
    ]);
    deepEqual(read('a: b', `${ports} lifecycle: {preStop: {httpGet: {port: web}}, postStart: {httpGet: {port: 80}}}`).warnings, []);
  });
});
