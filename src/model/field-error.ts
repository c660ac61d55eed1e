/**
 * The words in which the API server refuses a field (`apimachinery/pkg/util/validation/field/errors.go`), so that a
 * message can be looked up on the web.
 */

const withDetail = (text: string, detail: string): string => (detail === '' ? text : `${text}: ${detail}`);

/** Strings are quoted and escaped, long ones cut: the value comes from a file and goes to a terminal. */
export function quoteValue(value: unknown): string {
  if (typeof value === 'object' && value !== null) return Array.isArray(value) ? 'a list' : 'an object';
  const text = typeof value === 'string' ? JSON.stringify(value) : String(value);
  return text.length > 200 ? `${text.slice(0, 200)}…` : text;
}

export const required = (detail = ''): string => withDetail('Required value', detail);
export const forbidden = (detail = ''): string => withDetail('Forbidden', detail);
export const invalid = (value: unknown, detail: string): string => withDetail(`Invalid value: ${quoteValue(value)}`, detail);
export const duplicate = (value: unknown): string => `Duplicate value: ${quoteValue(value)}`;
export const notFound = (value: unknown): string => `Not found: ${quoteValue(value)}`;
export const tooLong = (maxBytes: number): string => `Too long: may not be more than ${maxBytes} bytes`;

export function unsupported(value: unknown, supported: Iterable<string>): string {
  const values = [...supported].sort().map((one) => quoteValue(one));
  return `Unsupported value: ${quoteValue(value)}: supported values: ${values.join(', ')}`;
}
