import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { checkLayers, importsOf, layerOf } from './check-layers.ts';

describe('layerOf()', () => {
  it('is the first folder of a file, or the name of a file that lies directly in src', () => {
    assert.equal(layerOf('src/core/pod/next-step.ts'), 'core');
    assert.equal(layerOf('src/compose.ts'), 'compose');
  });
});

describe('importsOf()', () => {
  it('finds imports and exports over several lines, of types, of nothing, and on demand', () => {
    const source = `import type { A } from '../a.ts';
import {
  b,
  c,
} from '../b.ts';
export { d } from './d.ts';
import './e.ts';
const f = await import('../f.ts');
// import { g } from './g.ts';
`;
    assert.deepEqual(importsOf(source), [
      { kind: 'type', target: '../a.ts', line: 1 },
      { kind: 'value', target: '../b.ts', line: 2 },
      { kind: 'value', target: './d.ts', line: 6 },
      { kind: 'value', target: './e.ts', line: 7 },
      { kind: 'onDemand', target: '../f.ts', line: 8 },
    ]);
  });
});

describe('checkLayers()', () => {
  const rows: readonly { readonly title: string; readonly path: string; readonly source: string; readonly problems: readonly string[] }[] =
    [
      {
        title: 'refuses an adapter in core',
        path: 'src/core/pod/a.ts',
        source: "\nimport { CriRuntime } from '../../cri/cri-runtime.ts';",
        problems: ['src/core/pod/a.ts:2: core may not import cri'],
      },
      {
        title: 'refuses a value of core in a port, but not a type',
        path: 'src/ports/a.ts',
        source: "import type { Instant } from '../core/instant.ts';\nimport { addMs } from '../core/instant.ts';",
        problems: ['src/ports/a.ts:2: ports may not import core (only its types)'],
      },
      {
        title: 'refuses one adapter in another',
        path: 'src/cri/a.ts',
        source: "import { b } from '../sqlite/b.ts';",
        problems: ['src/cri/a.ts:1: cri may not import sqlite'],
      },
      {
        title: 'refuses an adapter that compose loads before it is needed',
        path: 'src/compose.ts',
        source: "import { b } from './sqlite/b.ts';\nconst c = await import('./cri/c.ts');\nimport type { D } from './cri/d.ts';",
        problems: ['src/compose.ts:1: compose may not import sqlite (only by await import())'],
      },
      {
        title: 'refuses an adapter in the command line, even on demand',
        path: 'src/cli/run.ts',
        source: "await import('../containerd/a.ts');",
        problems: ['src/cli/run.ts:1: cli may not import containerd'],
      },
      {
        title: "refuses Node's modules in model and core",
        path: 'src/model/a.ts',
        source: "import { parse } from 'yaml';\nimport { readFileSync } from 'node:fs';",
        problems: ['src/model/a.ts:2: model may not import node:fs'],
      },
      {
        title: 'refuses the code of the Kubernetes types, but not the types',
        path: 'src/printing/a.ts',
        source: "import type { Pod } from 'kubernetes-models/v1';\nimport { Pod as Code } from 'kubernetes-models/v1';",
        problems: ['src/printing/a.ts:2: printing may not import kubernetes-models/v1 (only its types)'],
      },
      {
        title: 'refuses clock, timers, randomness and waiting in core, but not in its comments and texts',
        path: 'src/core/a.ts',
        source: "// Date.now() is not for us\nconst a = Date.now();\nconst b = 'await';\nconst c = new Date();\nconst d = new Date(ms);\n",
        problems: ['src/core/a.ts:2: core is pure and may not use Date.now', 'src/core/a.ts:4: core is pure and may not use new Date()'],
      },
      {
        title: 'refuses a layer that nobody put into the table',
        path: 'src/misc/a.ts',
        source: '',
        problems: ['src/misc/a.ts: the layer "misc" is not in the table of scripts/check-layers.ts'],
      },
      {
        title: 'lets each layer import itself and what lies below',
        path: 'src/kubelet/a.ts',
        source:
          "import { b } from './b.ts';\nimport { c } from '../hooks/c.ts';\nimport { d } from '../core/d.ts';\nimport { e } from 'node:events';",
        problems: [],
      },
    ];
  for (const { title, path, source, problems } of rows) {
    it(title, () => assert.deepEqual(checkLayers(path, source), problems));
  }
});
