import type { HostCheck } from '../ports/host-checks.ts';
import { printable } from '../printing/printable.ts';
import { type Style, styleOf } from '../printing/style.ts';
import { printTable } from '../printing/table.ts';
import type { CommandContext } from './command-context.ts';
import type { DoctorOptions } from './doctor.ts';
import type { ExitCode } from './exit-code.ts';
import { nodeOptions } from './node-options.ts';

export async function showChecks(options: DoctorOptions, context: CommandContext): Promise<ExitCode> {
  const { checkHost } = await import('../compose.ts');
  const checks = await checkHost(nodeOptions(options, context));
  const lines = options.output === 'json' ? checks.map((check) => JSON.stringify(check)) : checksTable(checks, styleOf(context.colours));
  for (const line of lines) context.stdout.line(line);
  const lacking = checks.filter(({ need, ok }) => need === 'required' && !ok);
  if (lacking.length === 0) return 0;
  context.say(`this host cannot run Pods yet: ${lacking.map(({ name }) => name).join(', ')}`);
  return 3;
}

/** One row a check; its remedy on the line below, where there is something to be done. */
export function checksTable(checks: readonly HostCheck[], style: Style): readonly string[] {
  const rows = checks.map((check) => [check.name, verdict(check), printable(check.found)]);
  const [head, ...lines] = printTable([['CHECK', 'VERDICT', 'FOUND'], ...rows]);
  return [
    style.strong(head ?? ''),
    ...checks.flatMap((check, index) => {
      const line = lines[index] ?? '';
      const shown = check.ok ? line : check.need === 'required' ? style.bad(line) : style.warning(line);
      return check.remedy === undefined ? [shown] : [shown, `    ${printable(check.remedy)}`];
    }),
  ];
}

function verdict({ ok, need }: HostCheck): string {
  if (ok) return 'ok';
  return need === 'required' ? 'LACKS' : 'could be better';
}
