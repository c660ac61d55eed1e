/** What the daemon says about itself as JSON, one object a line: for a service's log. */
import type { Logger } from '../ports/logger.ts';
import { withoutSecrets } from './without-secrets.ts';

export interface JsonLogger extends Logger {
  /** What ends the daemon. */
  error(message: string, fields?: Readonly<Record<string, unknown>>): void;
}

export interface JsonLoggerParts {
  /** Takes a line with its end. */
  readonly write: (line: string) => void;
  readonly now?: () => Date;
}

/** A stack or a server's answer may be long; nobody reads more of it in a log. Characters. */
const MAX_TEXT = 8_192;
const OWN = ['time', 'level', 'message'];

/**
 * `{"time": RFC 3339 with ms, "level": "info"|"warn"|"error", "message", …fields}`. Fields are flat: a text, a number, a
 * truth value or null; anything else is its JSON as a text. A field that is called like one of the first three gets a "_".
 */
export function jsonLogger({ write, now = () => new Date() }: JsonLoggerParts): JsonLogger {
  const log =
    (level: string) =>
    (message: string, fields: Readonly<Record<string, unknown>> = {}): void => {
      const flat = Object.entries(fields).flatMap(([name, value]) => {
        const shown = flatten(value);
        return shown === undefined ? [] : [[OWN.includes(name) ? `${name}_` : name, shown] as const];
      });
      write(`${JSON.stringify({ time: now().toISOString(), level, message: flatText(message), ...Object.fromEntries(flat) })}\n`);
    };
  return { info: log('info'), warn: log('warn'), error: log('error') };
}

type Flat = string | number | boolean | null;

function flatten(value: unknown): Flat | undefined {
  if (value === undefined || value === null || typeof value === 'boolean') return value;
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value);
  if (typeof value === 'string') return flatText(value);
  if (value instanceof Error) return flatText(value.message);
  return flatText(asJson(value));
}

function asJson(value: unknown): string {
  try {
    return JSON.stringify(value) ?? String(value);
  } catch {
    return String(value);
  }
}

function flatText(text: string): string {
  const safe = withoutSecrets(text);
  return safe.length <= MAX_TEXT ? safe : `${safe.slice(0, MAX_TEXT).toWellFormed()}… (${safe.length - MAX_TEXT} more characters)`;
}
