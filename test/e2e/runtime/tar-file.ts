/** A tar file from a list of entries; enough for images made by tests. */
export interface TarMember {
  readonly path: string;
  readonly data?: Buffer;
  readonly linkTo?: string;
  readonly directory?: boolean;
  readonly mode?: number;
}

export function tarFile(members: readonly TarMember[]): Buffer {
  return Buffer.concat([...members.map(member), Buffer.alloc(1024)]);
}

function member({ path, data = Buffer.alloc(0), linkTo, directory = false, mode = 0o755 }: TarMember): Buffer {
  const header = Buffer.alloc(512);
  header.write(directory ? `${path}/` : path, 0, 100);
  const octal = (value: number, at: number, length: number) => header.write(value.toString(8).padStart(length - 1, '0'), at, 'latin1');
  octal(mode, 100, 8);
  octal(0, 108, 8);
  octal(0, 116, 8);
  octal(data.length, 124, 12);
  octal(0, 136, 12);
  header.write(directory ? '5' : linkTo === undefined ? '0' : '2', 156);
  header.write(linkTo ?? '', 157, 100);
  header.write('ustar\0', 257, 'latin1');
  header.write('00', 263);
  header.fill(0x20, 148, 156);
  octal(
    header.reduce((sum, byte) => sum + byte, 0),
    148,
    7,
  );
  return Buffer.concat([header, data, Buffer.alloc((512 - (data.length % 512)) % 512)]);
}
