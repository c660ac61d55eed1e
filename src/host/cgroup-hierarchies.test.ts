import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { cgroupHierarchies } from './cgroup-hierarchies.ts';

const v1 = (mountPoint: string, options: string, root = '/') => `30 25 0:26 ${root} ${mountPoint} rw - cgroup cgroup rw,${options}`;
const v2 = (mountPoint: string, root = '/') => `31 25 0:27 ${root} ${mountPoint} rw - cgroup2 cgroup2 rw`;

describe('cgroupHierarchies()', () => {
  it('finds the controllers of v1, alone or mounted together, and every hierarchy', () => {
    const lines = [
      v1('/cg/cpu,cpuacct', 'cpu,cpuacct'),
      v1('/cg/memory', 'memory'),
      v1('/cg/systemd', 'xattr,name=systemd'),
      v2('/cg/unified'),
    ];
    assert.deepEqual(cgroupHierarchies(lines.join('\n')), {
      version: 1,
      roots: ['/cg/cpu,cpuacct', '/cg/memory', '/cg/systemd', '/cg/unified'],
      cpu: '/cg/cpu,cpuacct',
      memory: '/cg/memory',
    });
  });

  it('finds v2 where there is nothing else', () => {
    assert.deepEqual(cgroupHierarchies(v2('/sys/fs/cgroup')), { version: 2, roots: ['/sys/fs/cgroup'] });
  });

  it('takes no part of a hierarchy for the whole', () => {
    assert.equal(cgroupHierarchies([v1('/a', 'cpu', '/docker/1'), v2('/b', '/x')].join('\n')), undefined);
    assert.equal(cgroupHierarchies(''), undefined);
  });

  it('knows nothing of a controller that is not mounted', () => {
    assert.deepEqual(cgroupHierarchies(v1('/cg/memory', 'memory')), {
      version: 1,
      roots: ['/cg/memory'],
      cpu: undefined,
      memory: '/cg/memory',
    });
  });
});
