import type { ApiPodSpec } from '../../model/api-objects.ts';
import { compareText } from '../label-text.ts';

type Toleration = NonNullable<ApiPodSpec['tolerations']>[number];

/** "node.kubernetes.io/not-ready:NoExecute op=Exists for 300s", sorted by key. */
export const tolerationTexts = (tolerations: readonly Toleration[] | undefined): readonly string[] =>
  (tolerations ?? []).toSorted((a, b) => compareText(a.key ?? '', b.key ?? '')).map(tolerationText);

function tolerationText({ key = '', value = '', effect, operator, tolerationSeconds }: Toleration): string {
  const what = `${key}${value === '' ? '' : `=${value}`}${effect === undefined ? '' : `:${effect}`}`;
  const exists = operator === 'Exists' && value === '' ? `${key === '' && effect === undefined ? '' : ' '}op=Exists` : '';
  return `${what}${exists}${tolerationSeconds === undefined ? '' : ` for ${tolerationSeconds}s`}`;
}
