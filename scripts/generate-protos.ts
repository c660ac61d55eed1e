/**
 * Writes src/cri/gen and src/containerd/gen from proto/*.proto: `node scripts/generate-protos.ts`.
 * `--check` writes nothing and fails when the checked-in code differs from what the .proto files give.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');

/** Which .proto files become which folder: an adapter holds the messages it speaks and no others. */
const outputs = [
  { folder: 'src/cri/gen', accepts: (file: string) => file === 'cri.proto' },
  { folder: 'src/containerd/gen', accepts: (file: string) => file.startsWith('containerd-') },
];

/** Plain functions over plain objects: nothing here needs more than type stripping (no enum, no namespace, no class). */
const options = [
  'esModuleInterop=true',
  'importSuffix=.ts',
  'env=node',
  'forceLong=bigint', // CRI counts nanoseconds since 1970, which a double cannot hold
  'enumsAsLiterals=true',
  'unrecognizedEnum=false',
  'outputServices=generic-definitions',
  'outputJsonMethods=false',
  'useExactTypes=false',
  'useOptionals=messages',
  'annotateFilesWithVersion=false',
  'comments=false',
];

function generate(protoFiles: readonly string[], target: string): void {
  const template = {
    version: 'v2',
    plugins: [{ local: 'protoc-gen-ts_proto', out: target, opt: options, include_wkt: true, include_imports: true, strategy: 'all' }],
  };
  const paths = protoFiles.flatMap((file) => ['--path', `proto/${file}`]);
  const environment = { ...process.env, PATH: `${join(root, 'node_modules/.bin')}:${process.env['PATH'] ?? ''}` };
  const run = spawnSync('buf', ['generate', 'proto', '--template', JSON.stringify(template), ...paths], {
    cwd: root,
    env: environment,
    stdio: 'inherit',
  });
  if (run.status !== 0) throw new Error(`buf generate failed for ${protoFiles.join(', ')}`, { cause: run.error });
}

/** Every file below a folder with its text, in a form that compares. */
function contents(folder: string): string {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .sort();
  return JSON.stringify(files.map((file) => [file, readFileSync(join(folder, file), 'utf8')]));
}

function main(check: boolean): void {
  const protoFiles = readdirSync(join(root, 'proto'))
    .filter((file) => file.endsWith('.proto'))
    .sort();
  for (const { folder, accepts } of outputs) {
    const scratch = mkdtempSync(join(tmpdir(), 'hooklet-protos-'));
    try {
      generate(protoFiles.filter(accepts), scratch);
      const target = join(root, folder);
      if (check) {
        if (contents(scratch) !== contents(target))
          throw new Error(`${folder} is not what proto/ gives; run: node scripts/generate-protos.ts`);
      } else {
        rmSync(target, { recursive: true, force: true });
        cpSync(scratch, target, { recursive: true });
      }
    } finally {
      rmSync(scratch, { recursive: true, force: true });
    }
  }
}

main(process.argv.includes('--check'));
