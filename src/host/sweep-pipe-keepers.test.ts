import { deepEqual } from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { HostProcess, HostProcesses } from '../ports/host-processes.ts';
import { sweepPipeKeepers } from './sweep-pipe-keepers.ts';

const shell = (pid: number, ...words: readonly string[]): HostProcess => ({
  pid,
  startTicks: '1',
  parentPid: 1,
  argv: ['/bin/sh', '-c', 'script', ...words],
});

describe('sweepPipeKeepers()', () => {
  it('ends the keepers below its run directory and no other shell', () => {
    const killed: number[] = [];
    const all = [
      shell(1, 'hooklet-pipes', '/run/hooklet/aaaaaaaa/pipes/p1'),
      shell(2, 'hooklet-pipes', '/run/hooklet/bbbbbbbb/pipes/p2'),
      shell(3, '/run/hooklet/aaaaaaaa/pipes/p1/stdout'),
      shell(4),
    ];
    const processes: HostProcesses = {
      find: (...programs) => (programs.includes('sh') ? all : []),
      variableOf: () => undefined,
      isAlive: () => true,
      signal: ({ pid }) => killed.push(pid) > 0,
    };
    deepEqual(sweepPipeKeepers(processes, '/run/hooklet/aaaaaaaa'), [{ kind: 'process', name: 'keeper of p1' }]);
    deepEqual(killed, [1]);
  });
});
