import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hostMountsContract } from '../ports/host-mounts.contract.ts';
import { MemoryHostMounts } from './memory-host-mounts.ts';

hostMountsContract('MemoryHostMounts', (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'hooklet-mounts-'));
  t.after(() => rmSync(directory, { recursive: true, force: true }));
  return { mounts: new MemoryHostMounts(), directory };
});
