import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HostPrograms } from '../../../src/host/host-programs.ts';
import { SystemHostMounts } from '../../../src/host/system-host-mounts.ts';
import { hostMountsContract } from '../../../src/ports/host-mounts.contract.ts';

hostMountsContract('SystemHostMounts', (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'hooklet-mounts-'));
  const mounts = new SystemHostMounts(new HostPrograms());
  t.after(async () => {
    // Removed only once nothing is mounted there any more: what a bind mount shows is not ours.
    for (const path of await mounts.within(directory)) await mounts.unmount(path);
    rmSync(directory, { recursive: true });
  });
  return { mounts, directory };
});
