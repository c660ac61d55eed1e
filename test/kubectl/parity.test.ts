/**
 * The built-in client answers as kubectl does: byte for byte but for the ages, which are chosen so that a minute more or
 * less does not show. With a kubectl on this machine it is asked; what kubectl 1.32 said is recorded in any case.
 */
import { equal, ok } from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, it } from 'node:test';
import { CannedApi } from './canned-api.ts';
import { fill } from './canned-objects.ts';
import { ClientSide } from './client-side.ts';
import { type Kubectl, openKubectl, type Ran } from './kubectl.ts';
import { CASES } from './kubectl-cases.ts';
import { asKubectl, withoutPointers } from './kubectl-differences.ts';
import type { Recorded } from './record.ts';

process.env['TZ'] = 'UTC';

const recorded = JSON.parse(readFileSync(new URL('recorded.json', import.meta.url), 'utf8')) as Recorded;

async function openOwnSide(nowMs: number): Promise<ClientSide> {
  const side = await ClientSide.open({ nowMs });
  fill(side.api, nowMs);
  return side;
}

function compare(line: string, ours: Ran, theirs: Ran, minor: number): void {
  equal(withoutPointers(asKubectl(minor, line, ours.stdout)), withoutPointers(theirs.stdout));
  equal(ours.stderr, theirs.stderr);
  equal(ours.code === 0, theirs.code === 0, `this client ended with ${ours.code}, kubectl with ${theirs.code}`);
}

describe('the built-in client', () => {
  let own: ClientSide | undefined;
  before(async () => {
    own = await openOwnSide(recorded.nowMs);
  });
  after(() => own?.close());

  for (const line of CASES) {
    it(`answers "${line}" as kubectl 1.${recorded.minor} did`, async (context) => {
      const theirs = recorded.answers[line];
      ok(theirs !== undefined, 'it was not recorded: run node test/kubectl/record.ts');
      context.mock.timers.enable({ apis: ['Date'], now: recorded.nowMs });
      compare(line, await (own as ClientSide).run(line), theirs, recorded.minor);
    });
  }
});

const nowMs = Date.now();
const api = new CannedApi(nowMs);
fill(api, nowMs);
const kubectl = await openKubectl(await api.listen());

describe(`the built-in client beside ${kubectl === undefined ? 'no kubectl: this machine has none' : `kubectl 1.${kubectl.minor}`}`, () => {
  let own: ClientSide | undefined;
  before(async () => {
    own = await openOwnSide(nowMs);
  });
  after(async () => {
    await own?.close();
    await kubectl?.close();
    await api.close();
  });

  for (const line of kubectl === undefined ? [] : CASES) {
    it(`answers "${line}" as it does`, async () => {
      const [ours, theirs] = [await (own as ClientSide).run(line), await (kubectl as Kubectl).run(line.split(' '))];
      compare(line, ours, theirs, (kubectl as Kubectl).minor);
    });
  }
});
