import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { cgroupControllers } from './cgroup-controllers.ts';

const v1 = (...names: readonly string[]) =>
  names.map((name) => `32 31 0:29 / /sys/fs/cgroup/${name} rw - cgroup cgroup rw,${name}\n`).join('');
const v2 = '41 31 0:38 / /sys/fs/cgroup rw,relatime - cgroup2 cgroup2 rw\n';
const hybrid = '41 31 0:38 / /sys/fs/cgroup/unified rw,relatime - cgroup2 cgroup2 rw\n';
const nothing = () => '';

describe('cgroupControllers()', () => {
  it('reads version 1 from mount options, several in one mount too', () => {
    assert.deepEqual(cgroupControllers(v1('cpu,cpuacct', 'memory', 'pids'), nothing), {
      version: 1,
      controllers: ['memory', 'cpu', 'pids'],
    });
    assert.deepEqual(cgroupControllers(v1('cpuacct', 'pids'), nothing), { version: 1, controllers: ['pids'] });
  });

  it('takes a hybrid host for version 1', () => {
    assert.deepEqual(
      cgroupControllers(v1('memory') + hybrid, () => 'cpu pids'),
      { version: 1, controllers: ['memory'] },
    );
  });

  it('reads version 2 from its root', () => {
    const read = (path: string) => (path === '/sys/fs/cgroup/cgroup.controllers' ? 'cpuset cpu io memory hugetlb pids\n' : '');
    assert.deepEqual(cgroupControllers(v2, read), { version: 2, controllers: ['memory', 'cpu', 'pids'] });
  });

  it('finds none where none is mounted', () => assert.deepEqual(cgroupControllers('', nothing), { version: undefined, controllers: [] }));
});
