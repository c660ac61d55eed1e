import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { HealthChecks } from './health.ts';

const text = (checks: HealthChecks, kind: 'livez' | 'readyz', query = '', only = ''): string => {
  const answer = checks.respond(kind, only, new URLSearchParams(query));
  return answer === undefined ? 'nothing' : `${answer.status} ${Buffer.from(answer.body as Uint8Array)}`;
};

describe('HealthChecks', () => {
  const well = { name: 'ping', check: () => undefined };
  const broken = { name: 'store', check: () => 'the disk at /secret is full' };
  const starting = { name: 'node', check: () => 'not registered yet', isReadiness: true };

  it('says ok, or with ?verbose each check', () => {
    const checks = new HealthChecks([well]);
    assert.equal(text(checks, 'livez'), '200 ok');
    assert.equal(text(checks, 'livez', 'verbose'), '200 [+]ping ok\nlivez check passed\n');
  });

  it('says what failed and keeps why to itself', () => {
    assert.equal(text(new HealthChecks([well, broken]), 'livez'), '500 [+]ping ok\n[-]store failed: reason withheld\nlivez check failed\n');
  });

  it('counts as failed what throws', () => {
    const thrown = {
      name: 'store',
      check: () => {
        throw new Error('gone');
      },
    };
    assert.equal(text(new HealthChecks([thrown]), 'livez', '', 'store'), '500 internal server error: gone\n');
  });

  it('asks for readiness what liveness does not need', () => {
    const checks = new HealthChecks([well, starting]);
    assert.equal(text(checks, 'livez'), '200 ok');
    assert.match(text(checks, 'readyz'), /^500 /);
  });

  it('leaves out what is excluded, and asks one alone', () => {
    const checks = new HealthChecks([well, broken]);
    assert.equal(text(checks, 'readyz', 'exclude=store'), '200 ok');
    assert.equal(text(checks, 'readyz', '', 'ping'), '200 ok');
    assert.equal(text(checks, 'readyz', '', 'nothing'), 'nothing');
  });
});
