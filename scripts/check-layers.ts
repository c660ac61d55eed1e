/**
 * Holds the table "who may import whom" of ARCHITECTURE.md: every file of `src/` belongs to a layer (its first folder,
 * or its own name), and every import of it must be allowed below. Tests and contract suites may import anything.
 */
import { readFileSync } from 'node:fs';
import { dirname, join, normalize, relative } from 'node:path';
import { exitWith, sourceFiles } from './source-files.ts';

interface Rule {
  /** Layers whose code may be imported, beside the layer itself. */
  readonly values: readonly string[];
  /** Layers of which only types may be imported. */
  readonly types?: readonly string[];
  /** Layers that may only be loaded by `await import()`, so that a command loads what it needs. */
  readonly onDemand?: readonly string[];
}

const ground = ['ports', 'core', 'model'];
const adapters = ['cri', 'containerd', 'grpc', 'sqlite', 'host', 'network', 'telemetry', 'fakes'];
/** Pure functions of core too: arithmetic on moments, for example, is written once. */
const adapter: Rule = { values: ground };

export const rules: Readonly<Record<string, Rule>> = {
  model: { values: [] },
  core: { values: ['model'] },
  ports: { values: ['model'], types: ['core'] },
  hooks: { values: ground },
  probes: { values: ground },
  volumes: { values: ground },
  kubelet: { values: [...ground, 'hooks', 'probes', 'volumes'] },
  printing: { values: ['model'], types: ['core'] },
  apiserver: { values: [...ground, 'printing'] },
  kubeapi: { values: ground },
  binder: { values: [...ground, 'kubeapi'] },
  ...Object.fromEntries(adapters.map((name) => [name, adapter])),
  version: { values: [] },
  compose: {
    values: [...ground, 'hooks', 'probes', 'volumes', 'kubelet', 'version'],
    types: [...adapters, 'apiserver', 'kubeapi', 'binder'],
    onDemand: [...adapters, 'apiserver', 'kubeapi', 'binder'],
  },
  cli: { values: [...ground, 'kubelet', 'printing', 'version', 'compose'] },
  main: { values: ['version'], onDemand: ['cli'] },
};

/** Modules from outside whose code a layer may use; a layer that is not named here may use any. Types are free. */
const outside: Readonly<Record<string, readonly string[]>> = { core: [], model: ['yaml'], ports: [], hooks: [], probes: [], printing: [] };

/** What would make a decision depend on more than its arguments. */
const impure =
  /\b(?:Date\.now|performance\.now|setTimeout|setInterval|setImmediate|queueMicrotask|Math\.random|console|fetch|await)\b|\bnew Date\(\)|\bprocess\./;
const pureLayers = ['core', 'model'];

type ImportKind = 'value' | 'type' | 'onDemand';

interface Import {
  readonly kind: ImportKind;
  readonly target: string;
  readonly line: number;
}

export function layerOf(path: string): string {
  return path.replace(/^src\//, '').replace(/(?:\/.*|\.ts)$/, '');
}

const importStatement = /^(?:import|export)\s(?<typeOnly>type\s)?(?:[^;'"]*?\sfrom\s)?'(?<target>[^']+)'|\bimport\('(?<dynamic>[^']+)'\)/gm;

export function importsOf(source: string): readonly Import[] {
  return [...source.matchAll(importStatement)].map((match) => {
    const { typeOnly, target, dynamic } = match.groups ?? {};
    const line = source.slice(0, match.index).split('\n').length;
    const kind = dynamic !== undefined ? 'onDemand' : typeOnly !== undefined ? 'type' : 'value';
    return { kind, target: target ?? dynamic ?? '', line };
  });
}

function mayImport(from: string, to: string, kind: ImportKind): boolean {
  const rule = rules[from];
  if (rule === undefined || from === to) {
    return rule !== undefined;
  }
  return (
    rule.values.includes(to) ||
    (kind === 'type' && (rule.types ?? []).includes(to)) ||
    (kind === 'onDemand' && (rule.onDemand ?? []).includes(to))
  );
}

/** Comments and strings become spaces, lines stay lines. */
function codeOnly(source: string): string {
  const commentsAndStrings = /\/\*[\s\S]*?\*\/|\/\/[^\n]*|'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\.|[^`\\])*`/g;
  return source.replace(commentsAndStrings, (text) => text.replace(/[^\n]/g, ' '));
}

function importProblem(path: string, layer: string, { kind, target }: Import): string | undefined {
  if (!target.startsWith('.')) {
    if (kind === 'type') {
      return undefined;
    }
    if (target.startsWith('kubernetes-models')) {
      // Its validators would cost every start some 20 MiB.
      return `${layer} may not import ${target} (only its types)`;
    }
    const allowed = outside[layer];
    return allowed === undefined || allowed.includes(target) ? undefined : `${layer} may not import ${target}`;
  }
  const to = layerOf(normalize(join(dirname(path), target)));
  if (mayImport(layer, to, kind)) {
    return undefined;
  }
  const hint = mayImport(layer, to, 'onDemand') ? ' (only by await import())' : mayImport(layer, to, 'type') ? ' (only its types)' : '';
  return `${layer} may not import ${to}${hint}`;
}

/** `path` is relative to the repository, e.g. "src/core/instant.ts". */
export function checkLayers(path: string, source: string): readonly string[] {
  const layer = layerOf(path);
  if (rules[layer] === undefined) {
    return [`${path}: the layer "${layer}" is not in the table of scripts/check-layers.ts`];
  }
  const problems = importsOf(source).flatMap((found) => {
    const problem = importProblem(path, layer, found);
    return problem === undefined ? [] : [`${path}:${found.line}: ${problem}`];
  });
  const lines = pureLayers.includes(layer) ? codeOnly(source).split('\n') : [];
  const impurities = lines.flatMap((line, index) => {
    const found = impure.exec(line)?.[0];
    return found === undefined ? [] : [`${path}:${index + 1}: ${layer} is pure and may not use ${found}`];
  });
  return [...problems, ...impurities];
}

if (import.meta.main) {
  const files = sourceFiles('src', '.ts').filter((path) => !/\.(?:test|contract)\.ts$/.test(path) && !path.includes('/gen/'));
  exitWith(files.flatMap((path) => checkLayers(relative('.', path), readFileSync(path, 'utf8'))));
}
