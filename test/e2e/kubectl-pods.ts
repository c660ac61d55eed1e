/** The Pods that the tests with kubectl start. The API is told YAML and takes JSON for it. */
import { baseImage } from './pod-text.ts';

type Json = Readonly<Record<string, unknown>>;

/** Says "up", then each line that it is told on standard input; ends at once on SIGTERM. The shell gives its jobs no input. */
export const LISTENS = 'trap "exit 0" TERM; echo up; exec 3<&0; (while read said <&3; do echo heard $said; done; sleep 3600) & wait';

/** Ends at once on SIGTERM. */
export const LIVES = 'trap "exit 0" TERM; sleep 3600 & wait';

export const ofShell = (script: string, more: Json = {}): Json => ({
  name: 'main',
  image: baseImage,
  command: ['sh', '-c', script],
  ...more,
});

export const podOf = (name: string, container: Json, spec: Json = {}, metadata: Json = {}): string =>
  JSON.stringify({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, ...metadata },
    spec: { terminationGracePeriodSeconds: 10, containers: [container], ...spec },
  });
