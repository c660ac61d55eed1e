/**
 * Label selectors, matched: those of a query (`parse-label-selector.ts`) and those of an object's `selector` field
 * (`apimachinery/pkg/labels/selector.go`, `apis/meta/v1/helpers.go`).
 */
import { invalid, unsupported } from '../../model/field-error.ts';
import { fieldsOf, listOf, textOf } from '../../model/json-fields.ts';
import { labelValue, qualifiedName } from '../../model/name-rules.ts';
import { badRequest, quoted } from '../status-error.ts';

export type LabelOperator = '=' | '==' | '!=' | 'in' | 'notin' | 'exists' | '!' | 'gt' | 'lt';

export interface LabelRequirement {
  readonly key: string;
  readonly operator: LabelOperator;
  /** Sorted, each once. */
  readonly values: readonly string[];
}

/** All of them must hold; none: everything matches. */
export type LabelSelector = readonly LabelRequirement[];

export type Labels = Readonly<Record<string, string>>;

export const matchesLabels = (selector: LabelSelector, labels: Labels = {}): boolean =>
  selector.every((requirement) => holds(requirement, Object.hasOwn(labels, requirement.key) ? labels[requirement.key] : undefined));

/** `value` is undefined where there is no such label. */
function holds({ operator, values }: LabelRequirement, value: string | undefined): boolean {
  switch (operator) {
    case '=':
    case '==':
    case 'in':
      return value !== undefined && values.includes(value);
    case '!=':
    case 'notin':
      return value === undefined || !values.includes(value);
    case 'exists':
      return value !== undefined;
    case '!':
      return value === undefined;
    case 'gt':
    case 'lt':
      return isBeyond(operator, integer(value), integer(values[0]));
  }
}

const isBeyond = (operator: 'gt' | 'lt', value: bigint | undefined, limit: bigint | undefined): boolean =>
  value !== undefined && limit !== undefined && (operator === 'gt' ? value > limit : value < limit);

const MAX_INT64 = 2n ** 63n - 1n;

/** `strconv.ParseInt(text, 10, 64)`. */
function integer(text: string | undefined): bigint | undefined {
  if (text === undefined || !/^[+-]?\d{1,63}$/.test(text)) return undefined;
  const value = BigInt(text.startsWith('+') ? text.slice(1) : text);
  return value > MAX_INT64 || value < -MAX_INT64 - 1n ? undefined : value;
}

const OPERATORS: readonly LabelOperator[] = ['=', '==', '!=', 'in', 'notin', 'exists', '!', 'gt', 'lt'];

/** What is wrong with a requirement, in upstream's words; undefined: nothing (`NewRequirement`). */
export function requirementProblem({ key, operator, values }: LabelRequirement): string | undefined {
  const keyProblem = qualifiedName(key);
  const problems = [
    ...(keyProblem === undefined ? [] : [`key: ${invalid(key, keyProblem)}`]),
    ...valuesProblems(operator, values),
    ...values.flatMap((value, index) => {
      const problem = labelValue(value);
      return problem === undefined ? [] : [`values[${index}][${key}]: ${invalid(value, problem)}`];
    }),
  ];
  return problems.length < 2 ? problems[0] : `[${problems.join(', ')}]`;
}

function valuesProblems(operator: LabelOperator, values: readonly string[]): readonly string[] {
  const problem = (detail: string): readonly string[] => [`values: ${invalid(values, detail)}`];
  switch (operator) {
    case 'in':
    case 'notin':
      return values.length > 0 ? [] : problem("for 'in', 'notin' operators, values set can't be empty");
    case '=':
    case '==':
    case '!=':
      return values.length === 1 ? [] : problem('exact-match compatibility requires one single value');
    case 'exists':
    case '!':
      return values.length === 0 ? [] : problem('values set must be empty for exists and does not exist');
    case 'gt':
    case 'lt':
      return [
        ...(values.length === 1 ? [] : problem("for 'Gt', 'Lt' operators, exactly one value is required")),
        ...values.flatMap((value, index) =>
          integer(value) === undefined
            ? [`values[${index}]: ${invalid(value, "for 'Gt', 'Lt' operators, the value must be an integer")}`]
            : [],
        ),
      ];
    default:
      return [`operator: ${unsupported(operator, OPERATORS)}`];
  }
}

export function checkedRequirement(key: string, operator: LabelOperator, values: Iterable<string>): LabelRequirement {
  const requirement = { key, operator, values: [...new Set(values)].sort() };
  const problem = requirementProblem(requirement);
  if (problem !== undefined) throw badRequest(problem);
  return requirement;
}

const EXPRESSION_OPERATORS: Readonly<Record<string, LabelOperator>> = { In: 'in', NotIn: 'notin', Exists: 'exists', DoesNotExist: '!' };

/**
 * The selector of a `LabelSelector` object (`matchLabels`, `matchExpressions`): undefined where there is none, which selects
 * nothing; an empty one selects everything. Throws a StatusError (400).
 */
export function readLabelSelector(selector: unknown): LabelSelector | undefined {
  if (selector === undefined || selector === null) return undefined;
  const labels = Object.entries(fieldsOf(selector, 'matchLabels'));
  const requirements = labels.map(([key, value]) => checkedRequirement(key, '=', [String(value)]));
  const expressions = listOf(selector, 'matchExpressions').map((expression) => {
    const name = textOf(expression, 'operator');
    const operator = Object.hasOwn(EXPRESSION_OPERATORS, name) ? EXPRESSION_OPERATORS[name] : undefined;
    if (operator === undefined) throw badRequest(`${quoted(name)} is not a valid label selector operator`);
    return checkedRequirement(textOf(expression, 'key'), operator, listOf(expression, 'values').map(String));
  });
  return [...requirements, ...expressions];
}
