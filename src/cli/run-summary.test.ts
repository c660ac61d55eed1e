import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Fact } from '../core/journal-record.ts';
import { MemoryHookOutput } from '../fakes/memory-hook-output.ts';
import { MemoryJournal } from '../fakes/memory-journal.ts';
import { runSummary } from './run-summary.ts';

const now = Date.UTC(2030, 0, 1, 0, 0, 40);

async function summaryOf(facts: Readonly<Record<string, readonly Fact[]>>): Promise<readonly string[]> {
  const journal = new MemoryJournal();
  for (const [name, ofPod] of Object.entries(facts)) {
    await journal.append(ofPod.map((fact) => ({ time: '2030-01-01T00:00:00.000Z', pod: `default/${name}`, uid: name, ...fact })));
  }
  return runSummary({ journal, hookOutput: new MemoryHookOutput() }, Object.keys(facts), { colours: false, nowWallMs: now });
}

const started: Fact = { type: 'event', container: 'main', eventType: 'Normal', reason: 'Started', message: 'Container started', count: 1 };
const skipped: Fact = { type: 'hook.skipped', container: 'main', restartCount: 0, hook: 'preStop', reason: 'containerExited' };

describe('runSummary()', () => {
  it('prints the hooks and the events of a Pod', async () => {
    assert.deepEqual(await summaryOf({ a: [started, skipped] }), [
      '',
      'Hooks of default/a',
      'CONTAINER  HOOK     HANDLER  ATTEMPT  STARTED  TOOK  OUTCOME  EXIT  REASON',
      'main       preStop  -        -        -        -     skipped  -     containerExited',
      '',
      'Events:',
      '  Type    Reason   Age   From     Message',
      '  ----    ------   ----  ----     -------',
      '  Normal  Started  40s   kubelet  spec.containers{main}: Container started',
    ]);
  });

  it('says so when no hook was due', async () => {
    assert.deepEqual((await summaryOf({ a: [started] })).slice(0, 3), ['', 'Hooks of default/a', 'No hook was due.']);
  });

  it('says so when there is no event', async () => {
    assert.deepEqual((await summaryOf({ a: [skipped] })).slice(-2), ['', 'Events:  <none>']);
  });
});
