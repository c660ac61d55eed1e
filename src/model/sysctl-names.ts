/** Kernel parameters that a Pod may set: names and the namespaces they live in (`component-helpers/node/util/sysctl`). */

export type SysctlNamespace = 'IPC' | 'Net';

/** Names that begin so live in that namespace; `kernel.sem` is the only one that is named whole. */
const PREFIXES: readonly (readonly [prefix: string, namespace: SysctlNamespace])[] = [
  ['kernel.shm', 'IPC'],
  ['kernel.msg', 'IPC'],
  ['fs.mqueue.', 'IPC'],
  ['net.', 'Net'],
];

const MAX_LENGTH = 253;
const SEGMENT = '[a-z0-9]([-_a-z0-9]*[a-z0-9])?';
const SHAPE = `(${SEGMENT}[\\./])*${SEGMENT}`;
const PATTERN = new RegExp(`^${SHAPE}$`);

export const SYSCTL_RULE = `must have at most ${MAX_LENGTH} characters and match regex ${SHAPE}`;

/** Length comes first: the pattern then never sees a long text. */
export const isSysctlName = (name: string): boolean => name.length <= MAX_LENGTH && PATTERN.test(name);

/** With dots, as the kernel has it: in "net/ipv4/conf/eno2.100/x", which is right too, dots and slashes have changed places. */
export function normalSysctlName(name: string): string {
  const first = /[./]/.exec(name)?.[0];
  return first === '/' ? name.replace(/[./]/g, (separator) => (separator === '/' ? '.' : '/')) : name;
}

/** Undefined for what no namespace holds: it is the machine's. `name` is normal. */
export function sysctlNamespace(name: string): SysctlNamespace | undefined {
  if (name === 'kernel.sem') return 'IPC';
  return PREFIXES.find(([prefix]) => name.startsWith(prefix))?.[1];
}
