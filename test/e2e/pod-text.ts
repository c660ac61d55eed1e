/** Pods as text for `hooklet run`. JSON is YAML: nothing of a test's odd strings is lost on the way. */

export const baseImage = 'localhost/hooklet/base:1';

type Json = Readonly<Record<string, unknown>>;

/** The container `main`, or one of another name, that runs until its stop signal and leaves with 0. */
export const container = (name: string, more: Json = {}): Json => ({
  name,
  image: baseImage,
  command: ['sh', '-c', untilTerm],
  ...more,
});

export const untilTerm = 'trap "exit 0" TERM; while true; do sleep 1000 & wait $!; done';

export const podText = (name: string, containers: readonly Json[], spec: Json = {}): string =>
  JSON.stringify({ apiVersion: 'v1', kind: 'Pod', metadata: { name }, spec: { terminationGracePeriodSeconds: 10, containers, ...spec } });

/** Several Pods as documents of one file. */
export const documents = (...pods: readonly string[]): string => pods.join('\n---\n');

export const exec = (...command: readonly string[]): Json => ({ exec: { command } });
export const shell = (script: string): Json => exec('sh', '-c', script);
