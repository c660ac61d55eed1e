import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { cgroupRoots, mountsWithin, parseMountTable } from './mount-table.ts';

const table = `27 1 254:0 / / rw,relatime - ext4 /dev/vda rw,discard
32 31 0:29 / /sys/fs/cgroup/cpu rw,relatime shared:7 - cgroup cgroup rw,cpu,cpuacct
33 31 0:30 /docker/abc /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory
41 31 0:38 / /sys/fs/cgroup/unified rw,relatime - cgroup2 cgroup2 rw
46 27 0:4 net:[4026532388] /run/hooklet/1/netns/a rw - nsfs nsfs rw
47 27 0:39 / /run/hooklet/1/with\\040blank\\134 rw shared:1 master:2 - tmpfs shm rw,size=65536k
48 47 0:40 / /run/hooklet/12 rw - tmpfs tmpfs rw
`;

describe('parseMountTable()', () => {
  it('reads paths, roots and types, with and without optional fields', () => {
    const mounts = parseMountTable(table);
    assert.deepEqual(mounts[4], { mountPoint: '/run/hooklet/1/netns/a', root: 'net:[4026532388]', fsType: 'nsfs', superOptions: 'rw' });
    assert.equal(mounts[5]?.mountPoint, '/run/hooklet/1/with blank\\');
    assert.equal(mounts.length, 7);
  });
});

describe('mountsWithin()', () => {
  it('finds those at and below the directory, not beside it, the last one first', () => {
    const points = (dir: string) => mountsWithin(parseMountTable(table), dir).map(({ mountPoint }) => mountPoint);
    assert.deepEqual(points('/run/hooklet/1'), ['/run/hooklet/1/with blank\\', '/run/hooklet/1/netns/a']);
    assert.deepEqual(points('/run/hooklet/12'), ['/run/hooklet/12']);
    assert.deepEqual(points('/run/hook'), []);
  });
});

describe('cgroupRoots()', () => {
  it('finds whole hierarchies of both versions, not parts of one', () => {
    assert.deepEqual(cgroupRoots(parseMountTable(table)), ['/sys/fs/cgroup/cpu', '/sys/fs/cgroup/unified']);
  });
});
