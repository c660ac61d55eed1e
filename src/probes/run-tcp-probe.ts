import { CONNECTED, connectTimedOut, failure, type ProbeOutcome, unknown } from '../core/probe/probe-outcome.ts';
import { probeTcpTarget } from '../core/probe/probe-request.ts';
import type { WantedProbe } from '../core/probe/wanted-probes.ts';
import type { TCPSocketAction } from '../model/pod.ts';
import { hostPort } from '../ports/http-client.ts';
import { NO_ADDRESS, probeAddress } from './probe-address.ts';
import type { ProbeParts } from './probe-parts.ts';
import { withTimeout } from './with-timeout.ts';

/** A tcpSocket probe: that the port takes a connection is all it asks (`pkg/probe/tcp/tcp.go`). */
export async function runTcpProbe(
  wanted: WantedProbe,
  action: TCPSocketAction,
  parts: ProbeParts,
  signal: AbortSignal,
): Promise<ProbeOutcome> {
  const podAddress = await probeAddress(wanted, parts);
  const address = action.host === undefined || action.host === '' ? podAddress : action.host;
  if (address === undefined) return unknown(NO_ADDRESS);
  const target = probeTcpTarget(action, { container: wanted.container, address });
  if ('error' in target) return unknown(target.error);
  const timeout = { clock: parts.clock, seconds: wanted.probe.timeoutSeconds, signal };
  const to = podAddress === undefined ? target : { ...target, podAddress };
  const answer = await withTimeout(timeout, (during) => parts.client.connect(to, during));
  if (answer === 'timedOut') return connectTimedOut(hostPort(target.hostname, target.port));
  return answer.kind === 'connected' ? CONNECTED : failure(answer.error);
}
