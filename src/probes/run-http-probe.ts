/** An httpGet probe: one request and the redirects it may follow, within one timeout (`pkg/probe/http/http.go` `DoHTTPProbe`). */
import { afterResponse } from '../core/http/http-redirect.ts';
import { failedGet, type HttpRequest, wireRequest } from '../core/http/http-request.ts';
import { failure, HTTP_TIMED_OUT, httpOutcome, PROBE_OUTPUT_BYTES, type ProbeOutcome, unknown } from '../core/probe/probe-outcome.ts';
import { probeHttpRequest } from '../core/probe/probe-request.ts';
import type { WantedProbe } from '../core/probe/wanted-probes.ts';
import type { HTTPGetAction } from '../model/pod.ts';
import type { HttpClient, HttpResponse } from '../ports/http-client.ts';
import { NO_ADDRESS, probeAddress } from './probe-address.ts';
import type { ProbeParts } from './probe-parts.ts';
import { withTimeout } from './with-timeout.ts';

/** What Go's client reads of the body of a redirect that it follows (`net/http/client.go`). */
const REDIRECT_BODY_BYTES = 2 * 1024;

export async function runHttpProbe(
  wanted: WantedProbe,
  action: HTTPGetAction,
  parts: ProbeParts,
  signal: AbortSignal,
): Promise<ProbeOutcome> {
  const podAddress = await probeAddress(wanted, parts);
  const address = action.host === undefined || action.host === '' ? podAddress : action.host;
  if (address === undefined) return unknown(NO_ADDRESS);
  const request = probeHttpRequest(action, { container: wanted.container, address });
  if ('error' in request) return unknown(request.error);
  const exchange = new ProbeExchange(parts.http, podAddress);
  const timeout = { clock: parts.clock, seconds: wanted.probe.timeoutSeconds, signal };
  const outcome = await withTimeout(timeout, (during) => exchange.run(request, during));
  return outcome === 'timedOut' ? exchange.timedOut(request) : outcome;
}

/** All that is sent and received for one attempt; knows what it was waiting for when its time was over. */
class ProbeExchange {
  readonly #http: Pick<HttpClient, 'send'>;
  readonly #podAddress: string | undefined;
  #reads: 'headers' | 'body' = 'headers';

  constructor(http: Pick<HttpClient, 'send'>, podAddress: string | undefined) {
    this.#http = http;
    this.#podAddress = podAddress;
  }

  /** A server that does not begin to answer fails the probe; one that does not end has told nothing. */
  timedOut(first: HttpRequest): ProbeOutcome {
    return this.#reads === 'headers' ? failure(failedGet(first, HTTP_TIMED_OUT.headers)) : unknown(HTTP_TIMED_OUT.body);
  }

  async run(first: HttpRequest, signal: AbortSignal): Promise<ProbeOutcome> {
    const sent: [HttpRequest, ...HttpRequest[]] = [first];
    for (;;) {
      const answer = await this.#send(sent.at(-1) ?? first, signal);
      if ('error' in answer) return failure(failedGet(first, answer.error));
      const next = afterResponse(answer.head, sent);
      if (next.kind === 'final') return this.#judged(answer);
      await answer.finish(REDIRECT_BODY_BYTES);
      if (next.kind === 'failed') return failure(failedGet(first, next.error));
      sent.push(next.request);
    }
  }

  async #send(request: HttpRequest, signal: AbortSignal): Promise<HttpResponse | { readonly error: string }> {
    const wire = wireRequest(request);
    if ('error' in wire) return wire;
    return this.#http.send({ ...wire, ...(this.#podAddress === undefined ? {} : { podAddress: this.#podAddress }) }, signal);
  }

  async #judged(response: HttpResponse): Promise<ProbeOutcome> {
    this.#reads = 'body';
    const { bytes, error } = await response.read(PROBE_OUTPUT_BYTES);
    return error === undefined ? httpOutcome(response.head.status, bytes.toString('utf8')) : unknown(error);
  }
}
