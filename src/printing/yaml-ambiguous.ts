/** Texts that YAML 1.1 would read as something else than text (go-yaml `resolve.go`). */

const casings = (word: string): readonly string[] => [word, `${word.charAt(0).toUpperCase()}${word.slice(1)}`, word.toUpperCase()];

const WORDS: ReadonlySet<string> = new Set([
  '',
  '~',
  ...['y', 'yes', 'true', 'on', 'n', 'no', 'false', 'off', 'null'].flatMap(casings),
  ...['', '+', '-'].flatMap((sign) => [`${sign}.inf`, `${sign}.Inf`, `${sign}.INF`]),
  '.nan',
  '.NaN',
  '.NAN',
]);

const FLOAT = /^[-+]?(?:\.\d+|\d+(?:\.\d*)?)(?:[eE][-+]?\d+)?$/;
const PREFIXED = /^[-+]?(0[xX][0-9a-fA-F]+|0[oO][0-7]+|0[bB][01]+)$/;
const MAX_UINT64 = 2n ** 64n - 1n;
/** Minutes and seconds, which nobody writes any more: 12:30 is 750 there. */
const BASE_60 = /^[-+]?\d[\d_]*(?::[0-5]?\d)+(?:\.[\d_]*)?$/;
const DATE =
  /^(\d{4})-(\d{1,2})-(\d{1,2})(?:(?:[Tt](\d{1,2}):(\d{1,2}):(\d{1,2})(?:\.\d+)?(?:Z|[-+]\d\d:\d\d))|(?: (\d{1,2}):(\d{1,2}):(\d{1,2})(?:\.\d+)?))?$/;

export const isAmbiguous = (text: string): boolean => WORDS.has(text) || isNumber(text) || BASE_60.test(text) || isDate(text);

function isNumber(text: string): boolean {
  if (!/^[-+.\d]/.test(text)) return false;
  const plain = text.startsWith('.') ? text : text.replaceAll('_', '');
  if (FLOAT.test(plain)) return true;
  const digits = PREFIXED.exec(plain)?.[1];
  return digits !== undefined && BigInt(digits) <= MAX_UINT64;
}

function isDate(text: string): boolean {
  const match = DATE.exec(text);
  if (match === null) return false;
  const [year = 0, month = 0, day = 0, ...clock] = match.slice(1).map((part) => Number(part ?? 0));
  const days = new Date(Date.UTC(year, month, 0)).getUTCDate();
  const [hour = 0, minute = 0, second = 0] = clock.some((part) => part > 0)
    ? clock.slice(0, 3).some((part) => part > 0)
      ? clock
      : clock.slice(3)
    : [];
  return month >= 1 && month <= 12 && day >= 1 && day <= days && hour < 24 && minute < 60 && second < 60;
}
