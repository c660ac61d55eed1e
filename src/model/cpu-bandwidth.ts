/** CPU requests and limits in the units of the kernel's scheduler (`pkg/kubelet/cm/helpers_linux.go`). */

export const CPU_PERIOD_MICROSECONDS = 100_000;
/** Below 1 ms a period the kernel's scheduler does not obey. */
const MIN_QUOTA_MICROSECONDS = 1_000;
const SHARES_PER_CPU = 1024;
/** The kernel's own bounds of cpu.shares. */
export const MIN_SHARES = 2;
const MAX_SHARES = 262_144;

/** Microseconds a period; 0 = no limit. */
export function cpuQuota(millis: number): number {
  if (millis === 0) return 0;
  return Math.max(Math.floor((millis * CPU_PERIOD_MICROSECONDS) / 1000), MIN_QUOTA_MICROSECONDS);
}

export const cpuShares = (millis: number): number => boundShares(Math.floor((millis * SHARES_PER_CPU) / 1000));

export const boundShares = (shares: number): number => Math.min(Math.max(shares, MIN_SHARES), MAX_SHARES);

/** cgroup v2 has weights from 1 to 10000 in place of shares (`cgroup_manager_linux.go` `getCPUWeight`). */
export const cpuWeight = (shares: number): number =>
  shares >= MAX_SHARES ? 10_000 : 1 + Math.floor(((boundShares(shares) - MIN_SHARES) * 9999) / (MAX_SHARES - MIN_SHARES));
