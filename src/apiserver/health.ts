/** `/healthz`, `/livez`, `/readyz`, also `?verbose`, `?exclude=NAME` and one check at a time (`apiserver/pkg/server/healthz`). */
import { messageOf } from '../ports/hooklet-error.ts';
import type { ApiResponse } from './api-request.ts';
import { respondText } from './respond.ts';

export interface HealthCheck {
  readonly name: string;
  /** Throws, or returns why it is unwell. */
  check(): string | undefined;
  /** Counts for readiness only: the program lives, it is not ready yet. */
  readonly isReadiness?: boolean;
}

type Kind = 'healthz' | 'livez' | 'readyz';

export class HealthChecks {
  readonly #checks: readonly HealthCheck[];

  constructor(checks: readonly HealthCheck[]) {
    this.#checks = checks;
  }

  respond(kind: Kind, only: string, query: URLSearchParams): ApiResponse | undefined {
    const meant = this.#checks.filter(({ isReadiness }) => kind === 'readyz' || isReadiness !== true);
    if (only !== '') {
      const one = meant.find(({ name }) => name === only);
      if (one === undefined) return undefined;
      const why = run(one);
      return why === undefined ? respondText(200, 'ok') : respondText(500, `internal server error: ${why}\n`);
    }
    const excluded = new Set(query.getAll('exclude'));
    const lines: string[] = [];
    let isWell = true;
    for (const check of meant) {
      if (excluded.has(check.name)) {
        lines.push(`[+]${check.name} excluded: ok`);
        continue;
      }
      const why = run(check);
      isWell &&= why === undefined;
      // Why is for the log and for who asks for the one check: this answer may go to anybody.
      lines.push(why === undefined ? `[+]${check.name} ok` : `[-]${check.name} failed: reason withheld`);
    }
    if (isWell && !query.has('verbose')) return respondText(200, 'ok');
    return respondText(isWell ? 200 : 500, `${lines.join('\n')}\n${kind} check ${isWell ? 'passed' : 'failed'}\n`);
  }
}

function run({ check }: HealthCheck): string | undefined {
  try {
    return check();
  } catch (error) {
    return messageOf(error);
  }
}
