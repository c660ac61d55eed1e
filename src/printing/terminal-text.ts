const named: Readonly<Record<string, string>> = { '\r': '\\r' };

/** C0 without tab and line break, DEL, C1. */
const controls = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g;

/**
 * Text of an object that cannot take the terminal over. Escape and carriage return are shown as kubectl shows them
 * (`cli-runtime/pkg/printers/terminal.go`: `^[` and `\r`); the other control characters, which kubectl lets through, in
 * the same caret notation. Tabs and line breaks lay the text out and stay.
 */
export const escapeTerminal = (text: string): string => text.replace(controls, (character) => named[character] ?? caret(character));

function caret(character: string): string {
  const code = character.charCodeAt(0);
  if (code >= 0x80) return `\\x${code.toString(16)}`;
  return `^${String.fromCharCode(code ^ 0x40)}`;
}
