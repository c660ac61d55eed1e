import { setTimeout as sleep } from 'node:timers/promises';
import type { ApiObject } from '../../model/api-objects.ts';
import { HookletError } from '../../ports/hooklet-error.ts';
import { accepted, isNotFound } from './api-refusal.ts';
import type { ClientSession } from './client-session.ts';

/** An object that was asked to go. */
export interface Awaited {
  readonly path: string;
  readonly collection: string;
  readonly name: string;
  /** Another object of the same name is not waited for. */
  readonly uid?: string;
  /** "pods/web" */
  readonly what: string;
}

/** A watch that ends early is begun again, but not in a circle without end. */
const AGAIN_AFTER_MS = 200;

/** Resolves when none of the objects is there any more, or on Ctrl-C. Without a timeout however long that takes. */
export async function waitUntilGone(objects: readonly Awaited[], timeoutMs: number | undefined, session: ClientSession): Promise<void> {
  if (objects.length === 0) return;
  await session.untilStopped(async (stopped) => {
    const timeout = timeoutMs === undefined ? undefined : AbortSignal.timeout(timeoutMs);
    const signal = timeout === undefined ? stopped : AbortSignal.any([stopped, timeout]);
    for (const object of objects) {
      await gone(object, signal, session);
      if (timeout?.aborted === true && !stopped.aborted) {
        throw new HookletError('apiRefused', `error: timed out waiting for the condition on ${object.what}`);
      }
    }
  });
}

async function gone(object: Awaited, signal: AbortSignal, session: ClientSession): Promise<void> {
  while (!signal.aborted) {
    const present = await readPresent(object, session);
    if (present === undefined) return;
    const query = { fieldSelector: `metadata.name=${object.name}`, resourceVersion: present.metadata?.resourceVersion ?? '' };
    for await (const event of session.client.watch({ path: object.collection, query, signal })) {
      if (event.type === 'DELETED' || event.type === 'ERROR') break;
    }
    await sleep(AGAIN_AFTER_MS, undefined, { signal }).catch(() => undefined);
  }
}

async function readPresent({ path, uid }: Awaited, { client }: ClientSession): Promise<ApiObject | undefined> {
  const answer = await client.request({ method: 'GET', path });
  if (isNotFound(answer)) return undefined;
  const object = accepted(answer) as ApiObject;
  return uid === undefined || object.metadata?.uid === uid ? object : undefined;
}
