/** A tar archive (POSIX ustar) of what lies in memory, the same bytes for the same entries. */
export type TarEntry = {
  /** Relative, no leading slash, at most 100 bytes. */
  readonly path: string;
  /** Permission bits. */
  readonly mode: number;
} & (
  | { readonly kind: 'file'; readonly content: Buffer }
  | { readonly kind: 'directory' }
  | { readonly kind: 'symlink'; readonly target: string }
);

const blockSize = 512;
const typeFlags = { file: '0', symlink: '2', directory: '5' } as const;

export function writeTar(entries: readonly TarEntry[]): Buffer {
  const blocks: Buffer[] = [];
  for (const entry of entries) {
    const content = entry.kind === 'file' ? entry.content : Buffer.alloc(0);
    blocks.push(header(entry, content.length), content, Buffer.alloc((blockSize - (content.length % blockSize)) % blockSize));
  }
  blocks.push(Buffer.alloc(2 * blockSize)); // the end of an archive
  return Buffer.concat(blocks);
}

/** Offsets and widths as in pax(1), "ustar Interchange Format". Owner is root, the time the epoch. */
function header(entry: TarEntry, size: number): Buffer {
  const block = Buffer.alloc(blockSize);
  writeText(block, 0, 100, entry.kind === 'directory' ? `${entry.path}/` : entry.path);
  writeOctal(block, 100, 8, entry.mode);
  writeOctal(block, 108, 8, 0);
  writeOctal(block, 116, 8, 0);
  writeOctal(block, 124, 12, size);
  writeOctal(block, 136, 12, 0);
  block.write('        ', 148, 'latin1'); // the checksum counts itself as blanks
  block.write(typeFlags[entry.kind], 156, 'latin1');
  if (entry.kind === 'symlink') writeText(block, 157, 100, entry.target);
  block.write('ustar\x0000', 257, 'latin1');
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return block;
}

function writeText(block: Buffer, offset: number, width: number, text: string): void {
  if (Buffer.byteLength(text) > width) throw new RangeError(`"${text}" does not fit into ${width} bytes of a tar header`);
  block.write(text, offset, 'utf8');
}

const writeOctal = (block: Buffer, offset: number, width: number, value: number): void => {
  block.write(`${value.toString(8).padStart(width - 1, '0')}\0`, offset, 'latin1');
};
