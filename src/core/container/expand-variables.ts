/**
 * `$(NAME)` in a container's command, args and env values, as Kubernetes expands it
 * (`third_party/forked/golang/expansion`): `$$` stands for `$`, and a name that nobody defined stays as it is written.
 * Hooks are not expanded (`lifecycle.md` 16, row 21).
 */
import type { EnvVar } from '../../model/pod.ts';

const REFERENCE = /\$\$|\$\(([^)]*)\)/g;

export function expandVariables(text: string, values: ReadonlyMap<string, string>): string {
  return text.replace(REFERENCE, (written, name: string | undefined) => (name === undefined ? '$' : (values.get(name) ?? written)));
}

/** In order: a variable may refer to those before it; of two with one name the later one counts (`kubelet_pods.go` `makeEnvironmentVariables`). */
export function expandEnv(env: readonly EnvVar[]): ReadonlyMap<string, string> {
  const values = new Map<string, string>();
  for (const { name, value } of env) values.set(name, expandVariables(value ?? '', values));
  return values;
}
