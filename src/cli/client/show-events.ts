/** `hooklet events`. */
import type { ApiEvent } from '../../model/api-objects.ts';
import { HookletError } from '../../ports/hooklet-error.ts';
import { EventPrinter, sortEvents } from '../../printing/print-events.ts';
import type { StreamRequest } from './api-client.ts';
import type { ClientOptions } from './client-options.ts';
import type { ClientSession } from './client-session.ts';
import { segment } from './find-resource.ts';
import { listObjects } from './list-objects.ts';
import { type ObjectFormat, printList, printObject } from './print-objects.ts';
import { targetsOf } from './resource-args.ts';
import { watchRefusal } from './watch-objects.ts';

export interface EventsOptions extends ClientOptions {
  readonly allNamespaces?: boolean;
  readonly for?: string;
  readonly types?: readonly string[];
  readonly output?: ObjectFormat;
  readonly watch?: boolean;
  readonly headers?: boolean;
}

export async function showEvents(options: EventsOptions, session: ClientSession): Promise<void> {
  const { types = [], allNamespaces } = options;
  if (types.some((type) => !/^(?:normal|warning)$/i.test(type))) {
    throw new HookletError('badInput', 'error: valid --types are Normal or Warning');
  }
  const path = allNamespaces === true ? '/api/v1/events' : `/api/v1/namespaces/${segment('namespace', session.namespace)}/events`;
  const request = { path, query: await aboutQuery(options, session) };
  const isWanted = ({ type = '' }: ApiEvent): boolean =>
    types.length === 0 || types.some((one) => one.toLowerCase() === type.toLowerCase());
  const print = printerOf(options, session);
  if (options.watch === true) return session.untilStopped((signal) => follow({ ...request, signal }, session, isWanted, print.one));
  const { items = [] } = await listObjects<ApiEvent>(session.client, path, request.query);
  const events = items.map(asEvent).filter(isWanted);
  if (events.length > 0) print.all(sortEvents(events));
  else session.note(allNamespaces === true ? 'No events found.' : `No events found in ${session.namespace} namespace.`);
}

const asEvent = (object: unknown): ApiEvent => ({ ...(object as ApiEvent), apiVersion: 'v1', kind: 'Event' });

async function follow(
  request: StreamRequest,
  { client }: ClientSession,
  isWanted: (event: ApiEvent) => boolean,
  print: (event: ApiEvent) => void,
): Promise<void> {
  for await (const { type, object } of client.watch(request)) {
    if (type === 'ERROR') throw watchRefusal({ type, object });
    // They are deleted when they are old, which is no news.
    if (type === 'DELETED' || type === 'BOOKMARK') continue;
    const event = asEvent(object);
    if (isWanted(event)) print(event);
  }
}

async function aboutQuery({ for: about }: EventsOptions, { finder }: ClientSession): Promise<Readonly<Record<string, string>>> {
  if (about === undefined) return {};
  if (!about.includes('/')) throw new HookletError('badInput', 'error: --for must be in resource/name form');
  const [target] = await targetsOf([about], finder);
  return { fieldSelector: `involvedObject.kind=${target?.resource.kind},involvedObject.name=${target?.name}` };
}

interface Printing {
  all(events: readonly ApiEvent[]): void;
  one(event: ApiEvent): void;
}

function printerOf({ output, headers, allNamespaces }: EventsOptions, session: ClientSession): Printing {
  if (output !== undefined) {
    const separator = output === 'yaml' ? '---\n' : '';
    let count = 0;
    return {
      all: (events) => session.print(printList(events, output, { kind: 'EventList', metadata: {} })),
      one(event) {
        session.print((count === 0 ? '' : separator) + printObject(event, output));
        count += 1;
      },
    };
  }
  const printer = new EventPrinter({ noHeaders: headers === false, withNamespace: allNamespaces === true });
  const all = (events: readonly ApiEvent[]): void => session.print(printer.print(events, session.now()));
  return { all, one: (event) => all([event]) };
}
