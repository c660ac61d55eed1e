import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { RUN_EDGES, RUN_PHASES } from '../src/core/container/container-history.ts';
import type { Fact, PodRecord } from '../src/core/journal-record.ts';
import { foldRecords } from '../src/core/pod/pod-history.ts';
import { drawStates, isStale, phaseTexts, statesFile } from './draw-states.ts';

describe('docs/states.md', () => {
  it('is what the code declares', () => {
    assert.equal(isStale(statesFile), false, 'run node scripts/draw-states.ts');
    const { status, stderr } = spawnSync(process.execPath, [join(import.meta.dirname, 'draw-states.ts'), '--check'], { encoding: 'utf8' });
    assert.deepEqual([status, stderr], [0, '']);
  });

  it('is called stale when a line differs, and when it is not there', (t) => {
    const directory = mkdtempSync(join(tmpdir(), 'hooklet-states-'));
    t.after(() => rmSync(directory, { recursive: true }));
    const file = join(directory, 'states.md');
    assert.equal(isStale(file), true);
    writeFileSync(file, drawStates());
    assert.equal(isStale(file), false);
    writeFileSync(file, drawStates().replace('running --> stopping', 'running --> started'));
    assert.equal(isStale(file), true);
  });

  it('draws every edge once', () => {
    const drawn = drawStates();
    for (const from of RUN_PHASES)
      for (const to of RUN_EDGES[from]) assert.equal(drawn.split(`    ${from} --> ${to}: `).length, 2, `${from} to ${to}`);
  });

  it('names the record that leads into each phase', () => {
    const of = { container: 'main', restartCount: 0 };
    const instant = { bootId: 'b', monotonicMs: 0, wallMs: 0 };
    const made: Fact = { type: 'container.created', ...of, containerId: 'c', bootId: 'b', hooksDue: [] };
    const facts: readonly Fact[] = [
      { type: 'container.started', ...of, containerId: 'c' },
      { type: 'container.ready', ...of },
      { type: 'container.stopping', ...of, reason: 'podDeleted', graceSeconds: 1, deadline: instant, hooksDue: [] },
      { type: 'container.exited', ...of, exitCode: 0, reason: '', by: 'self' },
    ];
    const record = (fact: Fact): PodRecord => ({ time: '2030-01-01T00:00:00.000Z', pod: 'a/b', uid: 'u', ...fact });
    const led = [[made], ...facts.map((fact) => [made, fact]), [{ type: 'container.failed', ...of, reason: '', message: '' } as const]];
    for (const [index, phase] of RUN_PHASES.entries()) {
      const path = led[index] ?? [];
      assert.equal(foldRecords(path.map(record)).containers['main']?.run?.phase, phase);
      assert.equal(path.at(-1)?.type, phaseTexts[phase].record);
    }
  });
});
