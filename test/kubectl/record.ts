/**
 * Writes down what the kubectl of this machine answers: `node test/kubectl/record.ts`. Where there is none, the tests
 * compare with that.
 */
import { writeFile } from 'node:fs/promises';
import { CannedApi } from './canned-api.ts';
import { fill } from './canned-objects.ts';
import { openKubectl, type Ran } from './kubectl.ts';
import { CASES } from './kubectl-cases.ts';
import { withoutPointers } from './kubectl-differences.ts';

export interface Recorded {
  readonly minor: number;
  /** The moment of the answers. */
  readonly nowMs: number;
  readonly answers: Readonly<Record<string, Ran>>;
}

if (import.meta.main) {
  const nowMs = Date.now();
  const api = new CannedApi(nowMs);
  fill(api, nowMs);
  const kubectl = await openKubectl(await api.listen());
  if (kubectl === undefined) throw new Error('there is no kubectl on this machine; install one and put it in PATH');
  const answers: Record<string, Ran> = {};
  for (const line of CASES) {
    const { code, stdout, stderr } = await kubectl.run(line.split(' '));
    answers[line] = { code, stdout: withoutPointers(stdout), stderr };
  }
  await kubectl.close();
  await api.close();
  const recorded: Recorded = { minor: kubectl.minor, nowMs, answers };
  await writeFile(new URL('recorded.json', import.meta.url), `${JSON.stringify(recorded, null, 2)}\n`);
}
