/**
 * An httpGet hook: one request, the redirects it may follow, and the way back from HTTPS to HTTP (`lifecycle.md` 3.4 and
 * 3.5; upstream `pkg/kubelet/lifecycle/handlers.go` `runHTTPHandler`). What is sent and what an answer means is decided
 * in the core; what the server sent is kept as the hook's output and goes nowhere else.
 */

import { deliveryHeaders, plainHttpRequest } from '../core/hook/hook-request.ts';
import { afterResponse } from '../core/http/http-redirect.ts';
import { failedGet, HOOK_CLIENT, type HttpRequest, httpGetRequest, wireRequest } from '../core/http/http-request.ts';
import type { HTTPGetAction } from '../model/pod.ts';
import { boundKept, type KeptOutput } from '../ports/hook-output.ts';
import type { HttpClient } from '../ports/http-client.ts';
import { endedEarly, type HookOwner, type HookParts, type HookReport, type HookResult, type HookRun } from './hook-run.ts';

/** What upstream reads of a body before it closes the connection (`probe/http/http.go`; `net/http/client.go` for a redirect). */
const BODY_BYTES = { final: 10 * 1024, redirect: 2 * 1024 };

export async function runHttpHook(run: HookRun, action: HTTPGetAction, { http }: HookParts, signal: AbortSignal): Promise<HookReport> {
  const podAddress = await addressOf(run.owner, http);
  const address = action.host === undefined || action.host === '' ? podAddress : action.host;
  if (address === undefined) return { outcome: 'failed', reason: 'failed to find networking container: the Pod has no address' };
  const plain = httpGetRequest(action, { container: run.owner.container, address }, HOOK_CLIENT);
  if ('error' in plain) return { outcome: 'failed', reason: plain.error };
  const request = run.options.deliveryHeaders ? { ...plain, headers: [...plain.headers, ...deliveryHeaders(deliveryOf(run))] } : plain;
  const exchange = new HttpExchange(http, podAddress, signal);
  try {
    return judged(await exchange.deliver(request), run, exchange);
  } catch (error) {
    if (!signal.aborted) throw error;
    const early = endedEarly(signal);
    return early === 'detached' ? early : { ...early, ...exchange.kept() };
  }
}

/** The runtime knows no address of a Pod in the host's network; the node's own is what its containers listen on. */
async function addressOf({ pod, podAddress }: HookOwner, http: HttpClient): Promise<string | undefined> {
  return pod.spec.hostNetwork === true ? http.nodeAddress() : podAddress;
}

const deliveryOf = ({ owner, attempt, retry }: HookRun) => ({
  delivery: `${owner.pod.metadata.uid}/${owner.container.name}/${owner.restartCount}/${owner.hook}`,
  attempt,
  retry,
});

type HttpEnd =
  | { readonly kind: 'response'; readonly status: number; readonly fellBackTo?: string }
  | { readonly kind: 'plainHttp'; readonly error: string }
  | { readonly kind: 'failed'; readonly error: string; readonly cutOff: boolean };

/** Any response is a success, whatever its status, unless the Pod asks for more. */
function judged(end: HttpEnd, { options }: HookRun, exchange: HttpExchange): HookResult {
  const kept = exchange.kept();
  if (end.kind !== 'response') {
    const cutOff = end.kind === 'failed' && end.cutOff;
    return { outcome: 'failed', reason: end.error, ...kept, ...(cutOff ? { cutOff } : {}) };
  }
  const fallback = end.fellBackTo === undefined ? {} : { fellBackTo: end.fellBackTo };
  const isGood = !options.strictStatus || (end.status >= 200 && end.status < 400);
  if (isGood) return { outcome: 'succeeded', ...kept, ...fallback };
  return { outcome: 'failed', reason: `HTTP status ${end.status}, and its http-status is strict`, ...kept, ...fallback };
}

/** All that is sent and received for one try; remembers what came, also when it is cut short. */
class HttpExchange {
  readonly #http: HttpClient;
  readonly #podAddress: string | undefined;
  readonly #signal: AbortSignal;
  readonly #received: Buffer[] = [];
  #status: number | undefined;

  constructor(http: HttpClient, podAddress: string | undefined, signal: AbortSignal) {
    this.#http = http;
    this.#podAddress = podAddress;
    this.#signal = signal;
  }

  kept(): { readonly httpStatus?: number; readonly output?: KeptOutput } {
    const nothing = { head: Buffer.alloc(0), tail: Buffer.alloc(0), cutBytes: 0 };
    // One paragraph a response; a terminal wants its line ends without CR.
    const text = this.#received.map((bytes) => bytes.toString('latin1').replaceAll('\r\n', '\n').trimEnd()).join('\n\n');
    const stdout = boundKept({ ...nothing, head: Buffer.from(`${text}\n`, 'latin1') });
    return {
      ...(this.#status === undefined ? {} : { httpStatus: this.#status }),
      ...(this.#received.length === 0 ? {} : { output: { stdout, stderr: nothing } }),
    };
  }

  async deliver(request: HttpRequest): Promise<HttpEnd> {
    const end = await this.#follow(request);
    if (end.kind !== 'plainHttp') return end;
    const again = await this.#follow(plainHttpRequest(request));
    // If plain HTTP does no better, the first error is the one to tell.
    return again.kind === 'response' ? { ...again, fellBackTo: request.url.host } : end;
  }

  async #follow(first: HttpRequest): Promise<HttpEnd> {
    const sent: [HttpRequest, ...HttpRequest[]] = [first];
    for (;;) {
      const next = await this.#step(sent);
      if ('kind' in next) return next.kind === 'response' ? next : { ...next, error: failedGet(first, next.error) };
      sent.push(next);
    }
  }

  /** Sends the last request: what came of it in the end, or the request that follows. */
  async #step(sent: readonly [HttpRequest, ...HttpRequest[]]): Promise<HttpEnd | HttpRequest> {
    const wire = wireRequest(sent.at(-1) ?? sent[0]);
    if ('error' in wire) return { kind: 'failed', error: wire.error, cutOff: false };
    const target = { ...wire, ...(this.#podAddress === undefined ? {} : { podAddress: this.#podAddress }) };
    const answer = await this.#http.send(target, this.#signal);
    if (answer.kind === 'plainHttp') return answer;
    if (answer.received.length > 0) this.#received.push(answer.received);
    if (answer.kind === 'failed') return answer;
    const { status } = answer.head;
    this.#status = status;
    const next = afterResponse(answer.head, sent);
    await answer.finish(next.kind === 'final' ? BODY_BYTES.final : BODY_BYTES.redirect);
    if (next.kind === 'failed') return { ...next, cutOff: false };
    return next.kind === 'final' ? { kind: 'response', status } : next.request;
  }
}
