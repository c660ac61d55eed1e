/**
 * One attempt of one probe. Says what came of it, as data; counts nothing and tells nobody.
 *
 * R1 Only the prober's own failures are tried again, at once, and no more than twice: what a container answers is an answer.
 * R2 Each try has the whole timeout, and has ended when its outcome is known: two never overlap.
 * R3 Rejects only with the signal's reason, when whoever asked does not want to know any more.
 */
import { type ProbeOutcome, unknown } from '../core/probe/probe-outcome.ts';
import type { WantedProbe } from '../core/probe/wanted-probes.ts';
import { messageOf } from '../ports/hooklet-error.ts';
import type { ProbeParts } from './probe-parts.ts';
import { runExecProbe } from './run-exec-probe.ts';
import { runGrpcProbe } from './run-grpc-probe.ts';
import { runHttpProbe } from './run-http-probe.ts';
import { runTcpProbe } from './run-tcp-probe.ts';

/** `pkg/kubelet/prober/prober.go` `maxProbeRetries` */
const TRIES = 3;

export async function runProbe(wanted: WantedProbe, parts: ProbeParts, signal: AbortSignal): Promise<ProbeOutcome> {
  for (let tries = 1; ; tries += 1) {
    const outcome = await runTry(wanted, parts, signal);
    signal.throwIfAborted();
    if (outcome.result !== 'unknown' || tries === TRIES) return outcome;
  }
}

/** The order is that of upstream (`prober.go` `runProbe`). */
async function runTry(wanted: WantedProbe, parts: ProbeParts, signal: AbortSignal): Promise<ProbeOutcome> {
  const { exec, httpGet, tcpSocket, grpc } = wanted.probe;
  try {
    if (exec !== undefined) return await runExecProbe(wanted, exec.command ?? [], parts, signal);
    if (httpGet !== undefined) return await runHttpProbe(wanted, httpGet, parts, signal);
    if (tcpSocket !== undefined) return await runTcpProbe(wanted, tcpSocket, parts, signal);
    if (grpc !== undefined) return await runGrpcProbe(wanted, grpc, parts, signal);
    return unknown(`missing probe handler for ${wanted.container.name}`);
  } catch (error) {
    signal.throwIfAborted();
    return unknown(messageOf(error));
  }
}
