import type { X509Certificate } from 'node:crypto';

export const YEAR_MS = 365 * 24 * 3_600_000;

/**
 * Whether a certificate is to be renewed: two thirds of its time are over, or the clock was set and shows a time at which
 * it is not valid at all.
 */
export function isDue({ validFromDate, validToDate }: Pick<X509Certificate, 'validFromDate' | 'validToDate'>, nowMs: number): boolean {
  const from = validFromDate.getTime();
  return nowMs < from || nowMs >= from + ((validToDate.getTime() - from) * 2) / 3;
}
