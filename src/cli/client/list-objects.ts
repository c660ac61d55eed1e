import type { ApiList, ApiObject, ApiTable, TableColumn } from '../../model/api-objects.ts';
import type { ApiClient } from './api-client.ts';
import { accepted } from './api-refusal.ts';

/** Objects a page, as kubectl asks for them. */
const PAGE = '500';

/** What kubectl asks a server for that is to print. */
export const AS_TABLE = 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json;as=Table;v=v1beta1;g=meta.k8s.io,application/json';

type Query = Readonly<Record<string, string>>;

/** A list in whole, page by page. */
export async function listObjects<Item = ApiObject>(client: ApiClient, path: string, query: Query = {}): Promise<ApiList<Item>> {
  const pages = await readPages<ApiList<Item>>(client, { path, query });
  const first = pages[0] ?? {};
  // Go says null for a list of nothing.
  return { ...first, items: pages.flatMap(({ items }) => items ?? []) };
}

/** The same, printed by the server. A server that does not print gives the objects themselves. */
export async function listTable(client: ApiClient, path: string, query: Query = {}): Promise<ApiTable> {
  const pages = (await readPages<ApiTable | ApiList>(client, { path, query, accept: AS_TABLE })).map(asTable);
  const [first = asTable({ items: [] })] = pages;
  return { ...first, rows: pages.flatMap(({ rows }) => rows) };
}

interface PagedRequest {
  readonly path: string;
  readonly query: Query;
  readonly accept?: string;
}

async function readPages<Page extends { readonly metadata?: { readonly continue?: string } }>(
  client: ApiClient,
  request: PagedRequest,
): Promise<readonly Page[]> {
  const pages: Page[] = [];
  let next: string | undefined;
  do {
    const query = { ...request.query, limit: PAGE, ...(next === undefined ? {} : { continue: next }) };
    const page = accepted(await client.request({ method: 'GET', ...request, query })) as Page;
    pages.push(page);
    next = page.metadata?.continue;
  } while (next !== undefined && next !== '');
  return pages;
}

/** Names and creation times of what was not answered as a table: a list, or one object. */
export function asTable(answer: ApiTable | ApiList | ApiObject): ApiTable {
  if (isTable(answer)) return { ...answer, columnDefinitions: answer.columnDefinitions ?? [], rows: answer.rows ?? [] };
  const objects = 'items' in answer ? (answer.items ?? []) : [answer as ApiObject];
  return {
    apiVersion: 'meta.k8s.io/v1',
    kind: 'Table',
    ...(answer.metadata === undefined ? {} : { metadata: answer.metadata as NonNullable<ApiTable['metadata']> }),
    columnDefinitions: [plainColumn('Name', 'name'), plainColumn('Created At', '')],
    rows: objects.map((object) => ({ cells: [object.metadata?.name ?? '', object.metadata?.creationTimestamp ?? '<unknown>'], object })),
  };
}

const isTable = (answer: ApiTable | ApiList | ApiObject): answer is ApiTable => 'kind' in answer && answer.kind === 'Table';

const plainColumn = (name: string, format: TableColumn['format']): TableColumn => ({
  name,
  type: 'string',
  format,
  description: '',
  priority: 0,
});
