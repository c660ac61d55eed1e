const UNITS_MS = { h: 3_600_000, m: 60_000, s: 1000, ms: 1 } as const;

const pattern = /^(?:(?<h>\d+)h)?(?:(?<m>\d+)m)?(?:(?<s>\d+(?:\.\d+)?)s)?(?:(?<ms>\d+)ms)?$/;

/** "500ms", "5s", "1.5s", "2m", "1h30m" as milliseconds; undefined for any other text. */
export function parseDuration(text: string): number | undefined {
  const groups = pattern.exec(text)?.groups;
  if (groups === undefined || text === '') return undefined;
  const ms = Object.entries(UNITS_MS).reduce((sum, [unit, unitMs]) => sum + Number(groups[unit] ?? 0) * unitMs, 0);
  return Number.isSafeInteger(Math.round(ms)) ? Math.round(ms) : undefined;
}
