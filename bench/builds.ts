/** The program as users have it: the checkout, whose types are stripped as it loads, and the package, compiled and installed. */
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

/** Packs a copy of the sources, so that nothing is left in the checkout, and installs it below a temporary directory. */
export async function packBuild(signal: AbortSignal): Promise<PackedBuild> {
  const directory = await mkdtemp(join(tmpdir(), 'hooklet-bench-package-'));
  const remove = (): Promise<void> => rm(directory, { recursive: true, force: true });
  try {
    const copy = join(directory, 'copy');
    for (const name of SOURCES) await cp(join(root, name), join(copy, name), { recursive: true });
    await symlink(join(root, 'node_modules'), join(copy, 'node_modules'));
    const prefix = join(directory, 'prefix');
    const { stdout: globalConfig } = await execute('npm', ['config', 'get', 'globalconfig', '--silent'], { signal });
    // Another prefix would mean another global npmrc too, and with it another registry.
    const env = {
      ...userEnv(),
      npm_config_prefix: prefix,
      npm_config_globalconfig: globalConfig.trim(),
      XDG_CACHE_HOME: join(directory, 'cache'),
    };
    const { stdout } = await execute('npm', ['pack', copy, '--silent', '--foreground-scripts=false'], { cwd: directory, env, signal });
    await execute('npm', ['install', '--global', '--silent', '--no-audit', '--no-fund', join(directory, stdout.trim())], {
      cwd: directory,
      env,
      signal,
    });
    return { name: 'package', program: join(prefix, 'bin', 'hooklet'), env, remove };
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
