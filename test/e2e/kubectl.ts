/** Runs the real kubectl against a served API, with nothing of the machine's own configuration. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';

/** Far above what any command of any test takes. */
const PATIENCE_MS = 60_000;

export interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface KubectlOptions {
  readonly input?: string;
  readonly env?: Readonly<Record<string, string>>;
}

export interface KubectlPlace {
  /** Its working directory and home. */
  readonly directory: string;
  readonly kubeconfig: string;
}

export class Kubectl {
  readonly #place: KubectlPlace;
  /** Found in PATH, or with its directory. */
  readonly program: string;

  constructor(place: KubectlPlace, program = 'kubectl') {
    this.#place = place;
    this.program = program;
  }

  /** Whatever it answers. */
  async run(args: readonly string[], options: KubectlOptions = {}): Promise<Outcome> {
    const child = this.spawn(args, options);
    const timer = setTimeout(() => child.kill('SIGKILL'), PATIENCE_MS);
    const output = { stdout: '', stderr: '' };
    child.stdout?.on('data', (chunk: Buffer) => {
      output.stdout += chunk.toString();
    });
    child.stderr?.on('data', (chunk: Buffer) => {
      output.stderr += chunk.toString();
    });
    child.stdin?.end(options.input ?? '');
    const [code] = (await once(child, 'close')) as [number | null];
    clearTimeout(timer);
    return { code, ...output };
  }

  /** What must succeed: its standard output. A line of words, split at spaces; further arguments follow as they are. */
  async ok(line: string, options: KubectlOptions & { readonly more?: readonly string[] } = {}): Promise<string> {
    const { code, stdout, stderr } = await this.run([...line.split(' '), ...(options.more ?? [])], options);
    if (code !== 0) throw new Error(`kubectl ${line} ended with ${code}: ${stderr}${stdout}`);
    return stdout;
  }

  /** What must fail: its standard error. */
  async fails(line: string, options: KubectlOptions & { readonly more?: readonly string[] } = {}): Promise<string> {
    const { code, stdout, stderr } = await this.run([...line.split(' '), ...(options.more ?? [])], options);
    if (code === 0) throw new Error(`kubectl ${line} was to fail: ${stdout}`);
    return stderr;
  }

  /** One that goes on: its caller ends it. */
  spawn(args: readonly string[], { env = {} }: KubectlOptions = {}): ChildProcess {
    const { directory, kubeconfig } = this.#place;
    return spawn(this.program, args, {
      cwd: directory,
      env: { PATH: process.env['PATH'] ?? '', HOME: directory, KUBECONFIG: kubeconfig, ...env },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
  }
}
