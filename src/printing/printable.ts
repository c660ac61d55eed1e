/** A colour or weight (SGR), the only escape sequence that cannot move the cursor or change the terminal. */
// biome-ignore lint/complexity/useRegexLiterals: the escape character is clearer by its code
const colourCode = new RegExp('\u001b\\[[0-9;:]*m', 'g');
/** C0, DEL and C1; the tab stays. */
const controls = /[\u0000-\u0008\u000a-\u001f\u007f-\u009f]/g;

/**
 * Foreign text (a container's line, a runtime's message) as one line that cannot take the terminal over: control
 * characters are shown by their code. Colours are kept where colours are wanted, else dropped.
 */
export function printable(text: string, colours = false): string {
  if (!colours) return text.replace(colourCode, '').replace(controls, shown);
  let coloured = false;
  const parts = text.split(/(\u001b\[[0-9;:]*m)/).map((part, index) => {
    if (index % 2 === 0) return part.replace(controls, shown);
    coloured = true;
    return part;
  });
  return coloured ? `${parts.join('')}\u001b[0m` : parts.join('');
}

const shown = (character: string): string => `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`;
