/** `hooklet get`: a table that the server printed, or whole objects. */
import type { ApiObject, ApiTable, ApiTableRow } from '../../model/api-objects.ts';
import { HookletError } from '../../ports/hooklet-error.ts';
import { TablePrinter } from '../../printing/print-table.ts';
import { accepted } from './api-refusal.ts';
import type { ClientSession } from './client-session.ts';
import { type GetOptions, printOptions, selectorQuery, targetPath } from './get-options.ts';
import { AS_TABLE, asTable, listObjects, listTable } from './list-objects.ts';
import { printList, printObject, typed } from './print-objects.ts';
import { nothingFound, type Target, targetsOf } from './resource-args.ts';
import { watchObjects } from './watch-objects.ts';

export async function showObjects(args: readonly string[], options: GetOptions, session: ClientSession): Promise<void> {
  const targets = await targetsOf(args, session.finder);
  checkTargets(targets, options);
  if (options.watch === true) return watchObjects(targets, options, session);
  if (options.output === undefined || options.output === 'wide') return showTables(targets, options, session);
  await showWhole(targets, options, options.output, session);
}

function checkTargets(targets: readonly Target[], { allNamespaces, selector, fieldSelector }: GetOptions): void {
  if (targets.every(({ name }) => name === undefined)) return;
  if (selector !== undefined || fieldSelector !== undefined) {
    throw new HookletError('badInput', 'error: name cannot be provided when a selector is specified');
  }
  if (allNamespaces === true) throw new HookletError('badInput', 'error: a resource cannot be retrieved by name across all namespaces');
}

/** One table a resource, with an empty line between them. What fails is told, and the rest is shown. */
async function showTables(targets: readonly Target[], options: GetOptions, session: ClientSession): Promise<void> {
  const tables = await readTables(targets, options, session);
  const withKind = new Set(tables.map(({ target }) => target.resource)).size > 1;
  let text = '';
  let withNamespace = false;
  for (const { target, table } of tables) {
    const own = printOptions(target, options, withKind);
    // Once kubectl has begun to show namespaces it goes on, even for what lies in none.
    withNamespace ||= own.withNamespace === true;
    const printed = new TablePrinter({ ...own, withNamespace }).print(table);
    const separator = text !== '' && printed !== '' && options.headers !== false ? '\n' : '';
    text += separator + printed;
  }
  if (text !== '') session.print(text);
  else if (session.exitCode === 0) session.note(nothingFound(targets, options, session));
}

interface TargetTable {
  readonly target: Target;
  readonly table: ApiTable;
}

/** Objects of one resource that follow one another make one table. */
async function readTables(targets: readonly Target[], options: GetOptions, session: ClientSession): Promise<readonly TargetTable[]> {
  const tables: TargetTable[] = [];
  for (const target of targets) {
    const table = await readTable(target, options, session).catch((error: unknown) => session.fail(error));
    if (table === undefined) continue;
    const last = tables.at(-1);
    if (last?.target.resource === target.resource) tables[tables.length - 1] = { ...last, table: joined(last.table, table.rows) };
    else tables.push({ target, table });
  }
  return tables;
}

const joined = (table: ApiTable, rows: readonly ApiTableRow[]): ApiTable => ({ ...table, rows: [...table.rows, ...rows] });

async function readTable(target: Target, options: GetOptions, session: ClientSession): Promise<ApiTable> {
  const path = targetPath(target, options, session);
  if (target.name === undefined) return listTable(session.client, path, selectorQuery(options));
  return asTable(accepted(await session.client.request({ method: 'GET', path, accept: AS_TABLE })) as ApiTable);
}

/** One object as it is; several, or a list, as a List. */
async function showWhole(
  targets: readonly Target[],
  options: GetOptions,
  format: 'json' | 'yaml' | 'name',
  session: ClientSession,
): Promise<void> {
  const objects: ApiObject[] = [];
  for (const target of targets) {
    const found = await readWhole(target, options, session).catch((error: unknown) => session.fail(error));
    objects.push(...(found ?? []));
  }
  const [only] = objects;
  const isSingle = targets.length === 1 && targets[0]?.name !== undefined;
  if (!isSingle) session.print(printList(objects, format));
  else if (only !== undefined) session.print(printObject(only, format));
}

async function readWhole(target: Target, options: GetOptions, session: ClientSession): Promise<readonly ApiObject[]> {
  const path = targetPath(target, options, session);
  if (target.name !== undefined) return [accepted(await session.client.request({ method: 'GET', path })) as ApiObject];
  const { items = [] } = await listObjects(session.client, path, selectorQuery(options));
  return items.map((item) => typed(item, target.resource));
}
