import assert from 'node:assert/strict';
import { cpus, tmpdir, totalmem } from 'node:os';
import { describe, it } from 'node:test';
import { readNodeFacts } from './node-facts.ts';

const files = (contents: Readonly<Record<string, string>>) => (path: string) => contents[path] ?? '';

describe('readNodeFacts()', () => {
  it('reads this machine', () => {
    const facts = readNodeFacts(tmpdir());
    assert.deepEqual([facts.operatingSystem, facts.cpus, facts.memoryBytes], ['linux', cpus().length, totalmem()]);
    assert.match(facts.bootID, /^[0-9a-f-]{36}$/);
    assert.ok(facts.ephemeralStorageBytes > 0 && facts.kernelVersion !== '');
    assert.notEqual(facts.architecture, 'x64');
  });

  it('takes the name of the system as a shell would read it, from the first place that has it', () => {
    for (const [text, expected] of [
      ['ID=debian\nPRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\n', 'Debian GNU/Linux 12 (bookworm)'],
      ['PRETTY_NAME=\'Some "Linux"\'', 'Some "Linux"'],
      ['PRETTY_NAME="A \\"B\\" \\$C"', 'A "B" $C'],
      ['PRETTY_NAME=Plain', 'Plain'],
      ['NAME=x', 'unknown'],
    ] as const) {
      assert.equal(readNodeFacts(tmpdir(), files({ '/etc/os-release': text })).osImage, expected);
      assert.equal(readNodeFacts(tmpdir(), files({ '/usr/lib/os-release': text })).osImage, expected);
    }
  });

  it('falls back to the machine’s id where firmware names no UUID', () => {
    const ids = { '/etc/machine-id': 'abc\n', '/sys/class/dmi/id/product_uuid': 'D0-EF\n' };
    assert.equal(readNodeFacts(tmpdir(), files(ids)).systemUUID, 'd0-ef');
    assert.equal(readNodeFacts(tmpdir(), files({ '/etc/machine-id': 'abc\n' })).systemUUID, 'abc');
  });
});
