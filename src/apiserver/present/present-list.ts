/** A list as a stream of its parts: what the client has not taken yet lies in the store, not in memory. */

import type { Fields } from '../../model/json-fields.ts';
import { parseStored } from '../api-object.ts';
import { columnsOf, jsonBytes, partial, shown, tableRow } from './present-object.ts';
import type { View } from './view.ts';

/** `metadata.resourceVersion`, and where to go on. */
export interface ListMetadata {
  readonly resourceVersion: string;
  readonly continue?: string;
  readonly remainingItemCount?: number;
}

/** The stored bytes of one page after the other; the generator's result is what is known at the end only. */
export type ListPages = Generator<readonly Uint8Array[], ListMetadata>;

const encoder = new TextEncoder();
const bytes = (text: string): Uint8Array => encoder.encode(text);
const COMMA = bytes(',');

export async function* presentList(view: View, pages: ListPages): AsyncGenerator<Uint8Array> {
  const { open, close } = envelope(view);
  // What the first page throws must come before anything of the list.
  let page = pages.next();
  yield bytes(open);
  let isFirst = true;
  for (; ; page = pages.next()) {
    if (page.done === true) {
      // Readers of JSON do not mind that the metadata comes last, and only here it is known.
      yield bytes(`],"metadata":${JSON.stringify(page.value)}${close}`);
      return;
    }
    const parts: Uint8Array[] = [];
    for (const json of page.value) {
      if (!isFirst) parts.push(COMMA);
      isFirst = false;
      parts.push(presentItem(view, json));
    }
    if (parts.length > 0) yield Buffer.concat(parts);
  }
}

function envelope(view: View): { readonly open: string; readonly close: string } {
  const { resource, accepted } = view;
  const head = (fields: Fields, list: string): string => `${JSON.stringify(fields).slice(0, -1)},"${list}":[`;
  switch (accepted.as) {
    case 'table':
      return {
        open: head({ kind: 'Table', apiVersion: `meta.k8s.io/${accepted.metaVersion}`, columnDefinitions: columnsOf(view) }, 'rows'),
        close: '}',
      };
    case 'partial':
    case 'partialList':
      return { open: head({ kind: 'PartialObjectMetadataList', apiVersion: `meta.k8s.io/${accepted.metaVersion}` }, 'items'), close: '}' };
    case 'object':
      return { open: head({ kind: `${resource.kind}List`, apiVersion: groupVersion(resource) }, 'items'), close: '}' };
    default:
      return accepted.as satisfies never;
  }
}

export const groupVersion = ({ group, version }: { readonly group: string; readonly version: string }): string =>
  group === '' ? version : `${group}/${version}`;

function presentItem(view: View, json: Uint8Array): Uint8Array {
  const { resource, accepted } = view;
  if (accepted.as === 'object') return resource.storage?.shown === undefined ? json : jsonBytes(shown(resource, parseStored(json)));
  const object = parseStored(json);
  return jsonBytes(accepted.as === 'table' ? tableRow(view, object) : partial(object, accepted.metaVersion));
}
