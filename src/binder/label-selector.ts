/** Selectors of labels (`apimachinery/pkg/labels/selector.go`, `component-helpers/scheduling/corev1/nodeaffinity`). Pure. */

export type Labels = Readonly<Record<string, string>>;

export interface Requirement {
  readonly key: string;
  readonly operator: string;
  readonly values?: readonly string[];
}

export interface LabelSelector {
  readonly matchLabels?: Labels;
  readonly matchExpressions?: readonly Requirement[];
}

const labelOf = (labels: Labels, key: string): string | undefined => (Object.hasOwn(labels, key) ? labels[key] : undefined);

/** No selector selects nothing, an empty one everything. */
export function selects(selector: LabelSelector | undefined, labels: Labels): boolean {
  if (selector === undefined) return false;
  const { matchLabels = {}, matchExpressions = [] } = selector;
  return (
    Object.entries(matchLabels).every(([key, value]) => labelOf(labels, key) === value) &&
    matchExpressions.every((requirement) => meets(requirement, labelOf(labels, requirement.key)))
  );
}

/** `value` is that of the key; undefined: there is none. An operator that is not known matches nothing. */
export function meets({ operator, values = [] }: Requirement, value: string | undefined): boolean {
  switch (operator) {
    case 'In':
      return value !== undefined && values.includes(value);
    case 'NotIn':
      return value === undefined || !values.includes(value);
    case 'Exists':
      return value !== undefined;
    case 'DoesNotExist':
      return value === undefined;
    case 'Gt':
    case 'Lt':
      return isBeyond(operator, value, values);
    default:
      return false;
  }
}

const WHOLE_NUMBER = /^[+-]?\d{1,19}$/;

function isBeyond(operator: 'Gt' | 'Lt', value: string | undefined, values: readonly string[]): boolean {
  const [bound = ''] = values;
  if (value === undefined || values.length !== 1 || !WHOLE_NUMBER.test(value) || !WHOLE_NUMBER.test(bound)) return false;
  const [a, b] = [BigInt(value.replace('+', '')), BigInt(bound.replace('+', ''))];
  return operator === 'Gt' ? a > b : a < b;
}
