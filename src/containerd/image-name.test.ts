import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { hasCode } from '../ports/hooklet-error.ts';
import { fullImageName } from './image-name.ts';

const digest = `sha256:${'a'.repeat(64)}`;

for (const [name, full] of [
  ['busybox', 'docker.io/library/busybox:latest'],
  ['busybox:1.36', 'docker.io/library/busybox:1.36'],
  ['team/app', 'docker.io/team/app:latest'],
  ['localhost/hooklet/base:1', 'localhost/hooklet/base:1'],
  ['localhost:5000/app', 'localhost:5000/app:latest'],
  ['registry.example.com/a/b/c:v1', 'registry.example.com/a/b/c:v1'],
  [`registry.k8s.io/pause@${digest}`, `registry.k8s.io/pause@${digest}`],
  [`busybox:1@${digest}`, `docker.io/library/busybox:1@${digest}`],
] as const) {
  test(`fullImageName() of "${name}" is "${full}"`, () => assert.equal(fullImageName(name), full));
}

for (const name of [
  '',
  ' ',
  'UPPER/case',
  'a/../b',
  'a//b',
  ':tag',
  'name:',
  'name@sha256:1',
  'a b',
  '../../etc/passwd',
  `${'a'.repeat(300)}`,
]) {
  test(`fullImageName() refuses ${JSON.stringify(name.slice(0, 20))}`, () => {
    assert.throws(
      () => fullImageName(name),
      (error) => hasCode(error, 'badInput'),
    );
  });
}

test('fullImageName() of a full name is the name itself', () => {
  fc.assert(
    fc.property(fc.stringMatching(/^[a-z0-9]{1,8}(\.[a-z]{2,5})?(:\d{2,4})?(\/[a-z0-9]{1,8}){1,3}(:[\w.-]{1,8})?$/), (name) => {
      let full: string;
      try {
        full = fullImageName(name);
      } catch {
        return; // a tag may not begin with a dot or a dash
      }
      assert.equal(fullImageName(full), full);
    }),
  );
});
