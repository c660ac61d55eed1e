const isLetter = (character: string): boolean => /\p{L}/u.test(character);
const isDigit = (character: string | undefined): boolean => character !== undefined && /\p{Nd}/u.test(character);

/** The order of names in kubectl's YAML: numbers in them by value (go-yaml `sorter.go`). */
export function naturalOrder(first: string, second: string): number {
  const a = [...first];
  const b = [...second];
  for (const [index, x] of a.entries()) {
    const y = b[index];
    if (y === undefined) break;
    if (x !== y) return orderAt(a, b, index);
  }
  return a.length - b.length;
}

/** At the first character that differs. */
function orderAt(a: readonly string[], b: readonly string[], index: number): number {
  const x = a[index] ?? '';
  const y = b[index] ?? '';
  const letters = [isLetter(x), isLetter(y)];
  if (letters[0] && letters[1]) return byCode(x, y);
  // Within a name of words punctuation comes first; after a number the letter ends it.
  if (letters[0] || letters[1]) return letters[1] !== isDigit(a[index - 1]) ? -1 : 1;
  const before = isWithinNumber(a, index) && (x === '0' || y === '0') ? 1 : 0;
  const m = numberAt(a, index, before);
  const n = numberAt(b, index, before);
  return m.value - n.value || m.digits - n.digits || byCode(x, y);
}

/** Digits other than 0 stand right before: then a 0 here counts. */
function isWithinNumber(characters: readonly string[], index: number): boolean {
  for (let at = index - 1; at >= 0 && isDigit(characters[at]); at -= 1) {
    if (characters[at] !== '0') return true;
  }
  return false;
}

function numberAt(characters: readonly string[], index: number, before: number): { readonly value: number; readonly digits: number } {
  let end = index;
  let value = before;
  for (; isDigit(characters[end]); end += 1) value = value * 10 + Number(characters[end]);
  return { value, digits: end - index };
}

const byCode = (x: string, y: string): number => (x.codePointAt(0) ?? 0) - (y.codePointAt(0) ?? 0);
