/** What a piece of text means; how it looks depends on whether colours are wanted. */
export interface Style {
  readonly colours: boolean;
  quiet(text: string): string;
  strong(text: string): string;
  good(text: string): string;
  warning(text: string): string;
  bad(text: string): string;
}

const sgr = (code: number) => (text: string) => `\u001b[${code}m${text}\u001b[0m`;
const plain = (text: string): string => text;

export const PLAIN_STYLE: Style = { colours: false, quiet: plain, strong: plain, good: plain, warning: plain, bad: plain };

const COLOURED_STYLE: Style = { colours: true, quiet: sgr(2), strong: sgr(1), good: sgr(32), warning: sgr(33), bad: sgr(31) };

export const styleOf = (colours: boolean): Style => (colours ? COLOURED_STYLE : PLAIN_STYLE);
