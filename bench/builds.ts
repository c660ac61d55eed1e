/** The program as users have it: the checkout, whose types are stripped as it loads, and the package, compiled. */
import { execFile } from 'node:child_process';
import { cp, mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { promisify } from 'node:util';

const execute = promisify(execFile);
const root = dirname(import.meta.dirname);

/** What `npm pack` needs of the repository. */
const SOURCES = ['package.json', 'tsconfig.json', 'tsconfig.build.json', 'README.md', 'CHANGELOG.md', 'bin', 'src', 'tools'];

export interface Build {
  readonly name: 'checkout' | 'package';
  readonly program: string;
  readonly env: NodeJS.ProcessEnv;
}

export interface PackedBuild extends Build {
  remove(): Promise<void>;
}

export const checkoutBuild: Build = { name: 'checkout', program: join(root, 'bin', 'hooklet'), env: userEnv() };

/**
 * Packs a copy of the sources, so that nothing is left in the checkout, and unpacks it below a temporary directory. Its
 * dependencies are those of the checkout: the versions of the lock file, and no registry is asked.
 */
export async function packBuild(signal: AbortSignal): Promise<PackedBuild> {
  const directory = await mkdtemp(join(tmpdir(), 'hooklet-bench-package-'));
  const remove = (): Promise<void> => rm(directory, { recursive: true, force: true });
  try {
    const copy = join(directory, 'copy');
    for (const name of SOURCES) await cp(join(root, name), join(copy, name), { recursive: true });
    await symlink(join(root, 'node_modules'), join(copy, 'node_modules'));
    const env = { ...userEnv(), XDG_CACHE_HOME: join(directory, 'cache') };
    const { stdout } = await execute('npm', ['pack', copy, '--silent', '--foreground-scripts=false'], { cwd: directory, env, signal });
    await execute('tar', ['-xzf', stdout.trim()], { cwd: directory, signal });
    await symlink(join(root, 'node_modules'), join(directory, 'package', 'node_modules'));
    return { name: 'package', program: join(directory, 'package', 'bin', 'hooklet.cjs'), env, remove };
  } catch (error) {
    await remove();
    throw error;
  }
}

/** As in a shell of a user who has our Node: nothing of the npm or Node options that this benchmark was started with. */
function userEnv(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !/^(?:npm_|NODE_|UV_|INIT_CWD$|XDG_|HOOKLET_)/.test(name));
  return { ...Object.fromEntries(kept), PATH: [dirname(process.execPath), process.env['PATH']].join(delimiter) };
}
