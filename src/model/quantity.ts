/**
 * Kubernetes quantities ("500m", "64Mi", "1e3"), exactly. The API keeps nine decimal places and rounds what is finer
 * away from zero ("you want some resources if you got resources"), so a value is a whole number of billionths.
 *
 * Rules: `apimachinery/pkg/api/resource/quantity.go`.
 */
export interface Quantity {
  readonly nanos: bigint;
  /** The family of suffixes it was written in; the canonical form stays in it where it can. */
  readonly format: 'binarySI' | 'decimalSI' | 'decimalExponent';
}

const NANOS_PER_UNIT = 1_000_000_000n;
const NANOS_PER_MILLI = 1_000_000n;
const MAX_INT64 = 2n ** 63n - 1n;

/** Suffix → power of ten. */
const DECIMAL: Readonly<Record<string, number>> = { n: -9, u: -6, m: -3, '': 0, k: 3, M: 6, G: 9, T: 12, P: 15, E: 18 };
/** Suffix → power of two. */
const BINARY: Readonly<Record<string, number>> = { Ki: 10, Mi: 20, Gi: 30, Ti: 40, Pi: 50, Ei: 60 };

/** No real quantity comes near; without them "1e999999999" would have us compute a number of a billion digits. */
const MAX_LENGTH = 100;
const MAX_EXPONENT = 100;

const SHAPE = /^([+-]?)(\d*)(?:\.(\d*))?(?:([KMGTPE]i)|([eE][+-]?\d+)|([numkMGTPE]))?$/;

export const QUANTITY_RULE = "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";

/** Undefined when the text is no quantity. */
export function parseQuantity(text: string): Quantity | undefined {
  const match = text.length <= MAX_LENGTH ? SHAPE.exec(text) : null;
  if (match === null) return undefined;
  const [, sign, whole = '', fraction = '', binary, exponent, decimal = ''] = match;
  if (whole === '' && fraction === '') return undefined;
  const power = exponent === undefined ? (DECIMAL[decimal] as number) : Number(exponent.slice(1));
  if (Math.abs(power) > MAX_EXPONENT) return undefined;

  let numerator = BigInt(whole + fraction) * NANOS_PER_UNIT;
  if (binary !== undefined) numerator <<= BigInt(BINARY[binary] as number);
  if (power > 0) numerator *= 10n ** BigInt(power);
  const magnitude = ceilDivide(numerator, 10n ** BigInt(fraction.length + (power < 0 ? -power : 0)));

  const isBinary = binary !== undefined;
  const format = isBinary ? 'binarySI' : exponent === undefined ? 'decimalSI' : 'decimalExponent';
  // Only binary quantities are capped: "8Ei" is one more than an int64 can hold.
  const capped = isBinary && magnitude > MAX_INT64 * NANOS_PER_UNIT ? MAX_INT64 * NANOS_PER_UNIT : magnitude;
  return { nanos: sign === '-' ? -capped : capped, format };
}

/** Less than, equal to or greater than 0, as `a` is to `b`. */
export const compareQuantities = (a: Quantity, b: Quantity): number => (a.nanos < b.nanos ? -1 : a.nanos > b.nanos ? 1 : 0);

/** The quantity as the API server would print it: no fraction, the greatest suffix that loses nothing. */
export function canonicalQuantity(quantity: Quantity): string {
  const { nanos } = quantity;
  if (nanos === 0n) return '0';
  const units = nanos / NANOS_PER_UNIT;
  const isWhole = nanos % NANOS_PER_UNIT === 0n;
  if (quantity.format === 'binarySI' && isWhole && (units >= 1024n || units <= -1024n)) return scaleBinary(units);
  return scaleDecimal(nanos, quantity.format === 'decimalExponent');
}

function scaleBinary(units: bigint): string {
  let rest = units;
  let suffix = '';
  for (const next of Object.keys(BINARY)) {
    if (rest % 1024n !== 0n) break;
    rest /= 1024n;
    suffix = next;
  }
  return `${rest}${suffix}`;
}

function scaleDecimal(nanos: bigint, asExponent: boolean): string {
  let rest = nanos;
  let power = -9;
  while (rest % 1000n === 0n && (asExponent || power < 18)) {
    rest /= 1000n;
    power += 3;
  }
  if (asExponent) return power === 0 ? `${rest}` : `${rest}e${power}`;
  return `${rest}${Object.keys(DECIMAL).find((suffix) => DECIMAL[suffix] === power)}`;
}

/** Thousandths of a CPU, rounded up (`Quantity.MilliValue`). The text must be a valid quantity. */
export const cpuMillis = (text: string): number => clamp(ceilDivide(must(text).nanos, NANOS_PER_MILLI));

/** Bytes, rounded up (`Quantity.Value`). The text must be a valid quantity. */
export const bytes = (text: string): number => clamp(ceilDivide(must(text).nanos, NANOS_PER_UNIT));

function must(text: string): Quantity {
  const quantity = parseQuantity(text);
  if (quantity === undefined) throw new Error(`Quantity "${text}" was not validated`);
  return quantity;
}

/** Beyond 2^53 a number is no longer exact; no machine has that many bytes. */
function clamp(value: bigint): number {
  if (value > BigInt(Number.MAX_SAFE_INTEGER)) return Number.MAX_SAFE_INTEGER;
  return value < BigInt(Number.MIN_SAFE_INTEGER) ? Number.MIN_SAFE_INTEGER : Number(value);
}

/** Rounds towards positive infinity. */
const ceilDivide = (a: bigint, b: bigint): bigint => a / b + (a % b > 0n ? 1n : 0n);
