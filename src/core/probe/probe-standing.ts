/** Where the probes of one container instance stand: what their thresholds have made of the attempts so far. */
export type ProbeKind = 'startup' | 'liveness' | 'readiness';
export type ProbeResult = 'success' | 'failure' | 'unknown';

export interface ProbeStanding {
  readonly container: string;
  readonly restartCount: number;
  readonly kind: ProbeKind;
  readonly result: ProbeResult;
}
