/** As Go prints a duration that was cut to milliseconds: "350ms", "1.2s", "1m2.5s", "1h0m0s". */
export function goDuration(milliseconds: number): string {
  const ms = Math.max(0, Math.trunc(milliseconds));
  if (ms === 0) return '0s';
  if (ms < 1000) return `${ms}ms`;
  const hours = Math.floor(ms / 3_600_000);
  const minutes = Math.floor((ms % 3_600_000) / 60_000);
  const seconds = `${(ms % 60_000) / 1000}s`;
  if (hours > 0) return `${hours}h${minutes}m${seconds}`;
  return minutes > 0 ? `${minutes}m${seconds}` : seconds;
}
