/** A disk that fills up under running Pods (`design.md` 4, rule 7): starts wait, stops go on. */
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { Hooklet } from './hooklet.ts';
import { until } from './host/host-traces.ts';
import { leftOnHost } from './left-on-host.ts';
import { container, podText, shell } from './pod-text.ts';
import { fill, onSmallDisk } from './small-disk.ts';

/** The base images, containerd's database and the journal fit, and what `run` wants to see free. */
const DISK_MIB = 160;

const tellsOutside = (path: string): string =>
  podText(
    'full',
    [
      container('main', {
        command: ['sh', '-c', 'trap "touch /out/term; exit 0" TERM; while true; do sleep 1000 & wait $!; done'],
        volumeMounts: [{ name: 'out', mountPath: '/out' }],
        lifecycle: { preStop: shell('sleep 1; [ -e /out/term ] || touch /out/preStop') },
      }),
    ],
    { volumes: [{ name: 'out', hostPath: { path } }] },
  );

describe('hooklet run, when its disk fills up', () => {
  it('stops its Pod with preStop first, then its signal; with space again it ends with 1 and leaves nothing', async () => {
    const outside = await mkdtemp(join(tmpdir(), 'hooklet-e2e-outside-'));
    await onSmallDisk(DISK_MIB, async (disk) => {
      const hooklet = await Hooklet.open({ within: disk });
      try {
        const run = hooklet.runInput(tellsOutside(outside));
        await run.untilOne('container.ready');
        const free = await fill(disk);
        try {
          run.signal('SIGINT');
          await until('the stop signal came', () => existsSync(join(outside, 'term')));
        } finally {
          await free();
        }
        ok(existsSync(join(outside, 'preStop')), 'the stop signal came without preStop before it');
        equal(await run.ended(), 1, run.stderr);
        match(run.stderr, /the journal could not always be written/);
        equal(run.all('pod.removed').length, 1);
        deepEqual(
          run.all('hook.finished').map(({ outcome }) => outcome),
          ['succeeded'],
        );
        deepEqual(await leftOnHost(await hooklet.paths()), []);
      } finally {
        await hooklet.close();
      }
    });
    await rm(outside, { recursive: true });
  });
});
