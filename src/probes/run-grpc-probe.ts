import {
  healthOutcome,
  healthRefused,
  healthTimedOut,
  healthUnreachable,
  type ProbeOutcome,
  unknown,
} from '../core/probe/probe-outcome.ts';
import type { WantedProbe } from '../core/probe/wanted-probes.ts';
import { hostPort } from '../ports/http-client.ts';
import type { HealthAnswer } from '../ports/probe-client.ts';
import { NO_ADDRESS, probeAddress } from './probe-address.ts';
import type { ProbeParts } from './probe-parts.ts';
import { withTimeout } from './with-timeout.ts';

interface GrpcAction {
  readonly port: number;
  readonly service?: string;
}

/** A grpc probe: the health service of the Pod, in plain text, is asked for one service (`pkg/probe/grpc/grpc.go`). */
export async function runGrpcProbe(wanted: WantedProbe, action: GrpcAction, parts: ProbeParts, signal: AbortSignal): Promise<ProbeOutcome> {
  const podAddress = await probeAddress(wanted, parts);
  if (podAddress === undefined) return unknown(NO_ADDRESS);
  const target = { hostname: podAddress, port: action.port, podAddress };
  const address = hostPort(target.hostname, target.port);
  const seconds = wanted.probe.timeoutSeconds;
  let isConnected = false;
  const answer = await withTimeout({ clock: parts.clock, seconds, signal }, async (during): Promise<HealthAnswer | { error: string }> => {
    const connection = await parts.client.openHealth(target, during);
    if (connection.kind === 'failed') return { error: connection.error };
    isConnected = true;
    try {
      return await connection.check(action.service ?? '', during);
    } finally {
      connection.close();
    }
  });
  if (answer === 'timedOut') return isConnected ? healthTimedOut(seconds) : healthUnreachable(address, seconds);
  return 'error' in answer ? healthRefused(address, answer.error) : healthOutcome(answer, seconds);
}
