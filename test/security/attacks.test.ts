/**
 * Every attack of `docs/security.md` on the API, over real TLS: it fails, and it succeeds once the guard is taken away which
 * the document names. A guard that could be missing without any test failing would not be one.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ATTACKS } from './attacks/all-attacks.ts';
import type { Attack } from './attacks/attack.ts';
import { type Exchange, openSecuredApi } from './secured-api.ts';

async function play({ succeeds }: Attack, exchange: Exchange): Promise<boolean> {
  const api = await openSecuredApi(exchange);
  try {
    return await succeeds(api);
  } finally {
    await api.close();
  }
}

for (const [target, attacks] of Object.entries(ATTACKS)) {
  describe(`attacks on ${target}`, () => {
    for (const attack of attacks) {
      it(attack.name, async () => {
        const { setting = {}, without } = attack;
        assert.equal(await play(attack, setting), false, 'it succeeds');
        assert.equal(await play(attack, { ...setting, ...without }), true, 'it fails without its guard too: then something else stops it');
      });
    }
  });
}
