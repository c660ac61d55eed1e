import { deepEqual } from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { it } from 'node:test';
import { bundlesDir, runcStateDir, sweepBundles } from './sweep-bundles.ts';

it('sweepBundles() removes bundles of what does not live, but none with a mount in it', async (t) => {
  const runDir = mkdtempSync(join(tmpdir(), 'hooklet-bundles-'));
  t.after(() => rmSync(runDir, { recursive: true }));
  for (const id of ['alive', 'dead', 'mounted']) {
    mkdirSync(join(bundlesDir(runDir), id, 'rootfs'), { recursive: true });
    writeFileSync(join(bundlesDir(runDir), id, 'config.json'), '{}');
  }
  for (const id of ['alive', 'dead']) mkdirSync(join(runcStateDir(runDir), id), { recursive: true });
  const mountPoint = join(bundlesDir(runDir), 'mounted', 'rootfs');
  const swept = await sweepBundles(runDir, [{ mountPoint, root: '/', fsType: 'overlay', superOptions: '' }], (id) => id === 'alive');
  deepEqual(
    swept.map(({ name }) => name),
    [join(bundlesDir(runDir), 'dead'), join(runcStateDir(runDir), 'dead')],
  );
  deepEqual(readdirSync(bundlesDir(runDir)), ['alive', 'mounted']);
  deepEqual(readdirSync(runcStateDir(runDir)), ['alive']);
});

it('sweepBundles() finds nothing where no containerd ran', async () => {
  deepEqual(await sweepBundles('/nonexistent', [], () => false), []);
});
