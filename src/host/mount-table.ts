/** One line of /proc/self/mountinfo, as far as anybody here asks. */
export interface Mount {
  readonly mountPoint: string;
  /** What of the file system is mounted: "/" mostly, "net:[4026532281]" for a network namespace. */
  readonly root: string;
  readonly fsType: string;
  readonly superOptions: string;
}

/** proc_pid_mountinfo(5); in the order of the mounting, the last one on top. */
export function parseMountTable(text: string): readonly Mount[] {
  const mounts: Mount[] = [];
  for (const line of text.split('\n')) {
    const [left, right] = splitOnce(line, ' - ');
    const [, , , root, mountPoint] = left.split(' ');
    const [fsType, , superOptions] = right.split(' ');
    if (root === undefined || mountPoint === undefined || fsType === undefined) continue;
    mounts.push({ mountPoint: unescapeOctal(mountPoint), root: unescapeOctal(root), fsType, superOptions: superOptions ?? '' });
  }
  return mounts;
}

/** The mounts at or below `dir`, those mounted last first: the order in which they can be unmounted. */
export function mountsWithin(mounts: readonly Mount[], dir: string): readonly Mount[] {
  return mounts.filter(({ mountPoint }) => mountPoint === dir || mountPoint.startsWith(`${dir}/`)).reverse();
}

/** Where the whole of each cgroup hierarchy is mounted, v1 and v2 alike. */
export function cgroupRoots(mounts: readonly Mount[]): readonly string[] {
  return mounts
    .filter(({ fsType, root }) => (fsType === 'cgroup' || fsType === 'cgroup2') && root === '/')
    .map(({ mountPoint }) => mountPoint);
}

/** Blanks, tabs, newlines and backslashes are written as \040 and the like, bytes of UTF-8 as they are. */
const unescapeOctal = (text: string): string =>
  text.replace(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 8)));

function splitOnce(text: string, separator: string): readonly [string, string] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + separator.length)];
}
