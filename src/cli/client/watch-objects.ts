/** `hooklet get --watch`: the list, then a line for every change. */
import type { ApiObject, ApiStatus, ApiTable } from '../../model/api-objects.ts';
import { HookletError } from '../../ports/hooklet-error.ts';
import type { WatchEvent } from '../../ports/kube-api.ts';
import { TablePrinter } from '../../printing/print-table.ts';
import { accepted, refusal } from './api-refusal.ts';
import type { ClientSession } from './client-session.ts';
import { resourcePath } from './find-resource.ts';
import { type GetOptions, printOptions, selectorQuery, targetPath } from './get-options.ts';
import { AS_TABLE, asTable, listObjects, listTable } from './list-objects.ts';
import { type ObjectFormat, printObject, typed } from './print-objects.ts';
import type { Target } from './resource-args.ts';

export async function watchObjects(targets: readonly Target[], options: GetOptions, session: ClientSession): Promise<void> {
  const [target] = targets;
  if (target === undefined || targets.some(({ resource }) => resource !== target.resource)) {
    throw new HookletError('badInput', 'error: you may only specify a single resource type');
  }
  if (targets.length > 1) {
    const text = 'error: watch is only supported on individual resources and resource collections - more than 1 resource was found';
    throw new HookletError('badInput', text);
  }
  const { output } = options;
  const shown =
    output === undefined || output === 'wide' ? tableView(target, options, session) : wholeView(target, output, options, session);
  const { resourceVersion, query } = await shown.begin();
  await session.untilStopped((signal) => follow(shown, { target, options, query: { ...query, resourceVersion }, signal }, session));
}

interface WatchView {
  readonly accept?: string;
  /** Prints what is there; tells from which moment on changes are to be shown. */
  begin(): Promise<{ readonly resourceVersion: string; readonly query: Readonly<Record<string, string>> }>;
  print(object: unknown): void;
}

interface Following {
  readonly target: Target;
  readonly options: GetOptions;
  readonly query: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
}

async function follow(view: WatchView, { target, options, query, signal }: Following, session: ClientSession): Promise<void> {
  const path = resourcePath(target.resource, options.allNamespaces === true ? undefined : session.namespace);
  const accept = view.accept === undefined ? {} : { accept: view.accept };
  for await (const event of session.client.watch({ path, query, signal, ...accept })) {
    if (event.type === 'ERROR') throw watchRefusal(event);
    if (event.type !== 'BOOKMARK') view.print(event.object);
  }
}

export const watchRefusal = ({ object }: WatchEvent): HookletError => refusal({ status: (object as ApiStatus).code ?? 500, body: object });

/** Of an object that was named: its own changes only. */
const nameQuery = (name: string): Readonly<Record<string, string>> => ({ fieldSelector: `metadata.name=${name}` });

function tableView(target: Target, options: GetOptions, session: ClientSession): WatchView {
  const printer = new TablePrinter(printOptions(target, options, false));
  const show = (table: ApiTable): void => session.print(printer.print(table));
  const path = targetPath(target, options, session);
  return {
    accept: AS_TABLE,
    print: (object) => show(asTable(object as ApiTable)),
    async begin() {
      if (target.name === undefined) {
        const query = selectorQuery(options);
        const table = await listTable(session.client, path, query);
        show(table);
        return { resourceVersion: table.metadata?.resourceVersion ?? '', query };
      }
      const table = asTable(accepted(await session.client.request({ method: 'GET', path, accept: AS_TABLE })) as ApiTable);
      show(table);
      return { resourceVersion: table.rows[0]?.object?.metadata?.resourceVersion ?? '', query: nameQuery(target.name) };
    },
  };
}

function wholeView(target: Target, format: ObjectFormat, options: GetOptions, session: ClientSession): WatchView {
  const separator = format === 'yaml' ? '---\n' : '';
  let isFirst = true;
  const print = (object: unknown): void => {
    session.print((isFirst ? '' : separator) + printObject(typed(object as ApiObject, target.resource), format));
    isFirst = false;
  };
  const path = targetPath(target, options, session);
  return {
    print,
    async begin() {
      if (target.name === undefined) {
        const query = selectorQuery(options);
        const { items = [], metadata } = await listObjects(session.client, path, query);
        for (const item of items) print(item);
        return { resourceVersion: metadata?.resourceVersion ?? '', query };
      }
      const object = accepted(await session.client.request({ method: 'GET', path })) as ApiObject;
      print(object);
      return { resourceVersion: object.metadata?.resourceVersion ?? '', query: nameQuery(target.name) };
    },
  };
}
