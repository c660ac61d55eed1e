import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { oomFileOf, readOomKills } from './oom-counter.ts';

/** A /proc with the process 7. */
function newProc(t: TestContext, cgroup: string, mountinfo: string): string {
  const proc = mkdtempSync(join(tmpdir(), 'hooklet-proc-'));
  t.after(() => rmSync(proc, { recursive: true, force: true }));
  for (const dir of ['7', 'self']) mkdirSync(join(proc, dir));
  writeFileSync(join(proc, '7/cgroup'), cgroup);
  writeFileSync(join(proc, 'self/mountinfo'), mountinfo);
  return proc;
}

const v1Mounts = `30 25 0:26 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu
31 25 0:27 / /sys/fs/cgroup/memory rw,relatime shared:5 - cgroup cgroup rw,memory
32 25 0:28 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw
`;

test('oomFileOf() finds the memory cgroup of version 1', (t) => {
  const proc = newProc(t, '5:cpu,cpuacct:/hooklet/a\n4:memory:/hooklet/a\n0::/\n', v1Mounts);
  assert.equal(oomFileOf(7, proc), '/sys/fs/cgroup/memory/hooklet/a/memory.oom_control');
});

test('oomFileOf() finds the cgroup of version 2', (t) => {
  const proc = newProc(t, '0::/hooklet.slice/a.scope\n', '29 24 0:25 / /sys/fs/cgroup rw,nosuid - cgroup2 cgroup2 rw,nsdelegate\n');
  assert.equal(oomFileOf(7, proc), '/sys/fs/cgroup/hooklet.slice/a.scope/memory.events');
});

test('oomFileOf() sees only the part of the hierarchy that is mounted', (t) => {
  const proc = newProc(t, '4:memory:/docker/x/hooklet/a\n', '31 25 0:27 /docker/x /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n');
  assert.equal(oomFileOf(7, proc), '/sys/fs/cgroup/memory/hooklet/a/memory.oom_control');
});

test('oomFileOf() is undefined for a process that is gone, or without a memory cgroup', (t) => {
  assert.equal(oomFileOf(8, newProc(t, '', '')), undefined);
  assert.equal(oomFileOf(7, newProc(t, '5:cpu:/\n', v1Mounts)), undefined);
});

test('readOomKills() reads the counter, and is undefined where there is none', (t) => {
  const dir = newProc(t, '', '');
  writeFileSync(join(dir, 'events'), 'oom_kill_disable 0\nunder_oom 0\noom_kill 12\n');
  assert.equal(readOomKills(join(dir, 'events')), 12);
  writeFileSync(join(dir, 'events'), 'oom_kill_disable 0\n');
  assert.equal(readOomKills(join(dir, 'events')), undefined);
  assert.equal(readOomKills(join(dir, 'gone')), undefined);
});
