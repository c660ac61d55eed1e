/** What the compiled validators of `kubernetes-models` know and its declarations do not say: the formats of scalars. */

export type Validator = ((data: unknown) => boolean) & {
  errors?: readonly { instancePath: string; keyword: string; params: { format?: string; type?: string } }[] | null;
};

interface Scalar {
  readonly name: string;
  /** `[]` and `{}` around the value. */
  readonly prefix: string;
  /** As it is declared. */
  readonly inner: string;
}

/** `number` and `string` become the narrowest type that the validator holds them to; a declared type loses its leading I. */
export function wireType(validate: Validator, scalar: Scalar): string {
  if (scalar.inner === 'string') return complaints(validate, scalar, '%').includes('byte') ? 'bytes' : 'string';
  if (scalar.inner !== 'number') return scalar.inner.replace(/^I(?=IoK8s)/, '');
  if (!complaints(validate, scalar, 0.5).includes('integer')) return 'number';
  return complaints(validate, scalar, 2 ** 40).includes('int32') ? 'int32' : 'int64';
}

/** Probes with a value that only a wider type takes. */
function complaints(validate: Validator, { name, prefix }: Scalar, value: unknown): readonly string[] {
  validate({ [name]: wrap(prefix, value) });
  const about = (validate.errors ?? []).filter((error) => error.instancePath.startsWith(`/${name}`));
  return about.map((error) => error.params.format ?? error.params.type ?? '');
}

function wrap(prefix: string, value: unknown): unknown {
  if (prefix === '') return value;
  const inner = wrap(prefix.slice(2), value);
  return prefix.startsWith('[]') ? [inner] : { key: inner };
}
