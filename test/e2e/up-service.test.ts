/** The unit file that is shipped: systemd understands it, and what it starts is a command line of hooklet's. */
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { program, runToEnd } from './hooklet.ts';

const UNIT = fileURLToPath(new URL('../../packaging/hooklet.service', import.meta.url));

/** Each setting once, as `Name=value`. */
async function settings(): Promise<ReadonlyMap<string, string>> {
  const lines = (await readFile(UNIT, 'utf8')).split('\n').filter((line) => /^[A-Z]\w+=/.test(line));
  return new Map(lines.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]));
}

describe('packaging/hooklet.service', () => {
  it('is understood by systemd, without a warning', async (t) => {
    const hasAnalyze = await runToEnd('systemd-analyze', ['--version']).catch(() => undefined);
    if (hasAnalyze === undefined) return t.skip('systemd-analyze is not installed');
    const unit = (await readFile(UNIT, 'utf8')).replace('/usr/bin/hooklet', program);
    const directory = await mkdtemp(join(tmpdir(), 'hooklet-unit-'));
    t.after(() => rm(directory, { recursive: true }));
    const verify = async (text: string) => {
      await writeFile(join(directory, 'hooklet.service'), text);
      return runToEnd('systemd-analyze', ['verify', join(directory, 'hooklet.service')]);
    };
    const { code, stderr } = await verify(unit);
    deepEqual([code, stderr], [0, '']);
    match((await verify(unit.replace('KillMode=', 'KillMod='))).stderr, /KillMod/);
  });

  it('says what Pods need to outlive the agent', async () => {
    const all = await settings();
    const wanted = ['Type', 'NotifyAccess', 'KillMode', 'Delegate', 'Restart', 'StateDirectory'].map((name) => all.get(name));
    deepEqual(wanted, ['notify', 'all', 'process', 'yes', 'always', 'hooklet']);
  });

  it('starts hooklet with options that it has', async () => {
    const [start = '', command = '', ...options] = ((await settings()).get('ExecStart') ?? '').split(' ');
    deepEqual([start, command], ['/usr/bin/hooklet', 'up']);
    const { code, stdout } = await runToEnd(program, ['up', '--help']);
    equal(code, 0);
    const names = options.filter((option) => option.startsWith('--'));
    ok(names.length > 0);
    for (const name of names) match(stdout, new RegExp(`^  ${name} `, 'm'));
  });
});
