import { existsSync, readFileSync } from 'node:fs';

const SECURITY_FS = '/sys/kernel/security/apparmor';
const PARAMETER = '/sys/module/apparmor/parameters/enabled';

/** Whether the kernel enforces AppArmor profiles: compiled in, turned on and mounted. `root` stands in for `/` in tests. */
export function hasAppArmor(root = ''): boolean {
  if (!existsSync(`${root}${SECURITY_FS}`)) return false;
  try {
    return readFileSync(`${root}${PARAMETER}`, 'utf8').startsWith('Y');
  } catch {
    return false; // the kernel has none
  }
}
