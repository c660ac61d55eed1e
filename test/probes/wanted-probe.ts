/** A probe to test with: of a container "main" at 10.88.0.2, with the API's defaults. */

import { INITIAL_RESULT } from '../../src/core/probe/thresholds.ts';
import type { WantedProbe } from '../../src/core/probe/wanted-probes.ts';
import type { Container, Probe } from '../../src/model/pod.ts';

const container: Container = {
  name: 'main',
  image: 'i',
  imagePullPolicy: 'Never',
  ports: [{ name: 'web', containerPort: 8080, protocol: 'TCP' }],
  env: [{ name: 'WORD', value: 'hi' }],
};

export function wantedProbe(probe: Partial<Probe>, more: Partial<WantedProbe> = {}): WantedProbe {
  const kind = more.kind ?? 'readiness';
  return {
    container,
    restartCount: 3,
    containerId: 'c1',
    kind,
    probe: { timeoutSeconds: 1, periodSeconds: 10, successThreshold: 1, failureThreshold: 3, ...probe },
    startedAtWallMs: 0,
    standing: INITIAL_RESULT[kind],
    hostNetwork: false,
    podAddress: '10.88.0.2',
    ...more,
  };
}
