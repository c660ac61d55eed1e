import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Container, PodSpec } from '../../model/pod.ts';
import { exitMessage, wantsLog } from './termination-message.ts';

const container = (name: string, more: Partial<Container> = {}): Container => ({ name, image: 'i', imagePullPolicy: 'Never', ...more });
const podOf = (count: number, initCount = 0): { readonly spec: PodSpec } => {
  const names = (prefix: string, length: number) => Array.from({ length }, (_, index) => container(`${prefix}${index}`));
  return {
    spec: {
      restartPolicy: 'Never',
      terminationGracePeriodSeconds: 0,
      containers: names('c', count),
      initContainers: names('i', initCount),
    },
  };
};

describe('exitMessage()', () => {
  it('puts the runtime’s words before the container’s', () => {
    assert.equal(exitMessage(podOf(1), 'runtime', 'container'), 'runtime: container');
    assert.equal(exitMessage(podOf(1), '', 'container'), 'container');
    assert.equal(exitMessage(podOf(1), 'runtime', ''), 'runtime');
    assert.equal(exitMessage(podOf(1), '', ''), '');
  });

  it('cuts it to the container’s share of 12 KiB, init containers counted too', () => {
    const shares = [podOf(1), podOf(3), podOf(2, 3), podOf(7)].map((pod) => exitMessage(pod, '', 'x'.repeat(20_000)).length);
    assert.deepEqual(shares, [12_288, 4096, 2457, 1755]);
  });

  it('leaves no half of a character', () => {
    const message = exitMessage(podOf(5), '', 'ä'.repeat(10_000));
    assert.equal(message, 'ä'.repeat(1228));
  });
});

describe('wantsLog()', () => {
  const falling = container('c', { terminationMessagePolicy: 'FallbackToLogsOnError' });
  const CASES: readonly (readonly [container: Container, exitCode: number, fromFile: string, wants: boolean])[] = [
    [falling, 1, '', true],
    [falling, 0, '', false],
    [falling, 1, 'said', false],
    [container('c', { terminationMessagePolicy: 'File' }), 1, '', false],
    [container('c'), 1, '', false],
  ];
  for (const [of, exitCode, fromFile, wants] of CASES)
    it(`is ${wants} for ${of.terminationMessagePolicy ?? 'no policy'}, exit ${exitCode}, file "${fromFile}"`, () =>
      assert.equal(wantsLog(of, exitCode, fromFile), wants));
});
