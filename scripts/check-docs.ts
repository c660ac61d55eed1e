/**
 * Keeps the documents true: in every Markdown file, links lead somewhere, named files exist, named commands exist,
 * and no path of somebody's own machine is shown.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { exitWith, sourceFiles } from './source-files.ts';

export interface Repository {
  readonly exists: (path: string) => boolean;
  readonly read: (path: string) => string;
  /** Names of the scripts in package.json. */
  readonly scripts: readonly string[];
  /** Names of hooklet's commands. */
  readonly commands: readonly string[];
}

type Check = (path: string, text: string, repository: Repository) => readonly string[];

/** The anchors that a Markdown file offers: its headings in lower case, without punctuation, spaces as hyphens. */
export function anchorsOf(text: string): readonly string[] {
  const headings = text.replace(/^```[\s\S]*?^```/gm, '').matchAll(/^#{1,6}\s+(.+)$/gm);
  return [...headings].map((match) =>
    (match[1] ?? '')
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .trim()
      .replace(/\s/g, '-'),
  );
}

const checkLinks: Check = (path, text, repository) =>
  [...text.matchAll(/\]\((?<link>[^)\s]+)\)/g)]
    .map((match) => match.groups?.['link'] ?? '')
    .filter((link) => !/^[a-z]+:/.test(link))
    .flatMap((link) => {
      const [target = '', anchor] = link.split('#');
      const file = target === '' ? path : join(dirname(path), target);
      if (!repository.exists(file)) {
        return [`links to "${link}", which does not exist`];
      }
      const known = anchor === undefined || anchorsOf(repository.read(file)).includes(anchor);
      return known ? [] : [`links to "${link}", but ${file} has no such heading`];
    });

const repositoryPath = /^(?:src|test|scripts|examples|docs|bench|bin|tools|proto|\.ci|\.githooks)\/[\w./-]+$/;

const checkNamedFiles: Check = (_path, text, repository) =>
  [...text.matchAll(/`(?<code>[^`\n]+)`/g)]
    .map((match) => match.groups?.['code'] ?? '')
    .filter((code) => repositoryPath.test(code) && !repository.exists(code))
    .map((code) => `names "${code}", which does not exist`);

const builtIn = ['ci', 'install', 'pack', 'publish', 'version'];

const checkNpmScripts: Check = (_path, text, repository) =>
  [...text.matchAll(/\bnpm (?:run (?:--silent )?(?<run>[\w:-]+)|(?<short>start|test)\b)/g)]
    .map((match) => match.groups?.['run'] ?? match.groups?.['short'] ?? '')
    .filter((name) => !repository.scripts.includes(name) && !builtIn.includes(name))
    .map((name) => `names the command "npm run ${name}", which package.json does not have`);

/** `hooklet word` is a command where it is set as code: in a code span, or at the start of a line of a code block. */
const checkCommands: Check = (_path, text, repository) =>
  [...text.matchAll(/(?:`|^[ \t]*(?:[$#] )?(?:sudo )?)(?:bin\/)?hooklet (?<command>[a-z][a-z-]*)/gm)]
    .map((match) => ({ command: match.groups?.['command'] ?? '', isCode: match[0].startsWith('`') || insideCodeBlock(text, match.index) }))
    .filter(({ command, isCode }) => isCode && !repository.commands.includes(command))
    .map(({ command }) => `names the command "hooklet ${command}", which hooklet does not have`);

function insideCodeBlock(text: string, index: number): boolean {
  const fences = text.slice(0, index).match(/^\s*```/gm) ?? [];
  return fences.length % 2 === 1;
}

const checkMachinePaths: Check = (_path, text) =>
  [...text.matchAll(/(?<![\w.~-])\/(?:home|Users|work|workspace)\/[\w./-]+/g)].map((match) => `shows "${match[0]}", a path of one machine`);

const checks = [checkLinks, checkNamedFiles, checkNpmScripts, checkCommands, checkMachinePaths];

export function checkDocument(path: string, text: string, repository: Repository): readonly string[] {
  return checks.flatMap((check) => check(path, text, repository)).map((problem) => `${path}: ${problem}`);
}

/** The commands that `hooklet --help` lists, one an indented line below "Commands:". */
export function commandsOfHelp(help: string): readonly string[] {
  const list = /^Commands:\n(?<list>(?: {2,}.*\n?)+)/m.exec(help)?.groups?.['list'] ?? '';
  return [...list.matchAll(/^ {2}(?<name>[a-z][a-z-]*)/gm)].map((match) => match.groups?.['name'] ?? '');
}

if (import.meta.main) {
  const manifest: { scripts: Record<string, string> } = JSON.parse(readFileSync('package.json', 'utf8'));
  const repository: Repository = {
    exists: existsSync,
    read: (path) => readFileSync(path, 'utf8'),
    scripts: Object.keys(manifest.scripts),
    commands: commandsOfHelp(execFileSync('bin/hooklet', ['--help'], { encoding: 'utf8' })),
  };
  exitWith(sourceFiles('.', '.md').flatMap((path) => checkDocument(path, repository.read(path), repository)));
}
