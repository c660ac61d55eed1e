import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { anchorsOf, checkDocument, commandsOfHelp, type Repository } from './check-docs.ts';

const files: Readonly<Record<string, string>> = {
  'README.md': '# hooklet\n\n## What it does, exactly\n',
  'docs/performance.md': '# Performance\n',
  'test/pack/pack.test.ts': '',
};

const repository: Repository = {
  exists: (path) => path in files,
  read: (path) => files[path] ?? '',
  scripts: ['start', 'test', 'check'],
  commands: ['run', 'hooks'],
};

const check = (text: string, path = 'README.md') => checkDocument(path, text, repository);

describe('anchorsOf()', () => {
  it('spells headings as links do, and sees none in code blocks', () => {
    const text = '# One `two` three!\n\n```sh\n# a comment\n```\n## ports ← core\n';
    assert.deepEqual(anchorsOf(text), ['one-two-three', 'ports--core']);
  });
});

describe('commandsOfHelp()', () => {
  it('reads the names below "Commands:"', () => {
    const help =
      'Usage: hooklet\n\nOptions:\n  -V, --version  print it\n\nCommands:\n  run [options] <file...>  start the Pods\n  hooks [pod]              what hooks did\n';
    assert.deepEqual(commandsOfHelp(help), ['run', 'hooks']);
  });
});

describe('checkDocument()', () => {
  const rows: readonly { readonly title: string; readonly text: string; readonly path?: string; readonly problems: readonly string[] }[] = [
    {
      title: 'accepts links to files, headings and other hosts',
      text: '[a](docs/performance.md) [b](#what-it-does-exactly) [c](https://kubernetes.io)',
      problems: [],
    },
    {
      title: 'resolves links from the folder of the document',
      text: '[up](../README.md#hooklet)',
      path: 'docs/performance.md',
      problems: [],
    },
    {
      title: 'refuses a link to nowhere',
      text: '[a](docs/gone.md)',
      problems: ['README.md: links to "docs/gone.md", which does not exist'],
    },
    {
      title: 'refuses a link to a heading that is not there',
      text: '[a](docs/performance.md#gone)',
      problems: ['README.md: links to "docs/performance.md#gone", but docs/performance.md has no such heading'],
    },
    { title: 'accepts the name of a test that exists', text: '`test/pack/pack.test.ts`', problems: [] },
    {
      title: 'refuses the name of a test that is gone',
      text: '`test/gone.test.ts`',
      problems: ['README.md: names "test/gone.test.ts", which does not exist'],
    },
    {
      title: 'refuses an npm script that is gone',
      text: 'Type `npm start`, `npm ci` and `npm run gone`.',
      problems: ['README.md: names the command "npm run gone", which package.json does not have'],
    },
    {
      title: 'refuses a command of hooklet that is gone, but not prose about hooklet',
      text: 'hooklet does this: `hooklet run` and `hooklet gone`.\n\n```sh\nsudo bin/hooklet lost POD\nhooklet hooks\n```\n',
      problems: [
        'README.md: names the command "hooklet gone", which hooklet does not have',
        'README.md: names the command "hooklet lost", which hooklet does not have',
      ],
    },
    {
      title: 'refuses a path of one machine',
      text: ['See /ho', 'me/somebody/hooklet, not ~/hooklet.'].join(''),
      problems: ['README.md: shows "/home/somebody/hooklet", a path of one machine'],
    },
  ];
  for (const { title, text, path, problems } of rows) {
    it(title, () => assert.deepEqual(check(text, path), problems));
  }
});
