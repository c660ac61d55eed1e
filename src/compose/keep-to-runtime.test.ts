import { doesNotReject, equal, rejects } from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import type { JournalRecord } from '../core/journal-record.ts';
import { ManualClock } from '../fakes/manual-clock.ts';
import { hostPaths } from '../host/host-paths.ts';
import { hasCode } from '../ports/hooklet-error.ts';
import type { HostPaths } from '../ports/host-paths.ts';
import { SqliteJournal } from '../sqlite/sqlite-journal.ts';
import { foreignRuntimeOf, keepToRuntime } from './keep-to-runtime.ts';

const ENDPOINT = 'unix:///run/one.sock';
const time = new Date(0).toISOString();
const accepted = { time, uid: 'u1', pod: 'default/demo', type: 'pod.accepted' } as unknown as JournalRecord;
const removed = { time, uid: 'u1', pod: 'default/demo', type: 'pod.removed' } as unknown as JournalRecord;

describe('keepToRuntime()', () => {
  let dir: string;
  let paths: HostPaths;
  beforeEach(async () => {
    dir = mkdtempSync(join(tmpdir(), 'hooklet-test-'));
    mkdirSync(join(dir, 'state'));
    paths = await hostPaths(join(dir, 'state'));
  });
  afterEach(() => rmSync(dir, { recursive: true }));

  async function happened(...records: readonly JournalRecord[]): Promise<void> {
    const journal = SqliteJournal.open({ file: paths.journalFile, clock: new ManualClock() });
    await journal.append(records);
    journal.close();
  }

  it('takes any runtime while no Pod is left, and remembers it', async () => {
    for (const endpoint of [undefined, ENDPOINT, 'unix:///run/two.sock', undefined]) {
      await keepToRuntime(paths, endpoint);
      equal(await foreignRuntimeOf(paths), endpoint);
    }
  });

  it('refuses another one while Pods are left in the first, naming both and the remedy', async () => {
    await keepToRuntime(paths, undefined);
    await happened(accepted);
    const message =
      `the state directory "${paths.stateDir}" has Pods left in hooklet's own containerd, not in ${ENDPOINT}: 1; ` +
      'leave --runtime-endpoint out until they have ended, or use another --state-dir';
    await rejects(keepToRuntime(paths, ENDPOINT), { code: 'hostLacks', message });
    await doesNotReject(keepToRuntime(paths, undefined));
    await happened(removed);
    await doesNotReject(keepToRuntime(paths, ENDPOINT));

    await happened(accepted);
    for (const other of [undefined, 'unix:///run/two.sock']) {
      await rejects(
        keepToRuntime(paths, other),
        (error) => hasCode(error, 'hostLacks') && error.message.includes(`name that one with --runtime-endpoint ${ENDPOINT} until`),
      );
    }
    await doesNotReject(keepToRuntime(paths, ENDPOINT));
  });

  it('knows one socket by all its names', async () => {
    writeFileSync(join(dir, 'socket'), '');
    symlinkSync('socket', join(dir, 'link'));
    await keepToRuntime(paths, `unix://${join(dir, 'link')}`);
    await happened(accepted);
    await doesNotReject(keepToRuntime(paths, `unix://${join(dir, 'socket')}`));
  });

  it('believes what is named where nobody has noted it', async () => {
    await happened(accepted);
    await keepToRuntime(paths, ENDPOINT);
    await rejects(keepToRuntime(paths, undefined), { code: 'hostLacks' });
  });
});
