/**
 * `$(NAME)` in a container's command, args and env values, as Kubernetes expands it
 * (`third_party/forked/golang/expansion`): `$$` stands for `$`, and a name that nobody defined stays as it is written.
 * Hooks are not expanded (`lifecycle.md` 16, row 21).
 */
const REFERENCE = /\$\$|\$\(([^)]*)\)/g;

export function expandVariables(text: string, values: ReadonlyMap<string, string>): string {
  return text.replace(REFERENCE, (written, name: string | undefined) => (name === undefined ? '$' : (values.get(name) ?? written)));
}

/** The names that a text refers to, each once. */
export const referencedVariables = (text: string): readonly string[] => [
  ...new Set([...text.matchAll(REFERENCE)].flatMap(([, name]) => (name === undefined ? [] : [name]))),
];
