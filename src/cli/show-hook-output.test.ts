import { equal, throws } from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { DeliveryRow } from '../printing/delivery-rows.ts';
import { isAboutPod } from './match-pod.ts';
import { chooseDelivery } from './show-hook-output.ts';

const row = (more: Partial<DeliveryRow>): DeliveryRow => ({
  pod: 'default/demo',
  uid: 'u1',
  container: 'main',
  restartCount: 0,
  hook: 'postStart',
  attempt: 1,
  retry: 0,
  outcome: 'succeeded',
  ...more,
});

describe('chooseDelivery()', () => {
  const rows = [row({}), row({ attempt: 2 }), row({ restartCount: 1 }), row({ container: 'side', hook: 'preStop' })];

  it('takes the last one that fits', () => {
    equal(chooseDelivery(rows, 'demo', { container: 'main' }), rows[2]);
    equal(chooseDelivery(rows, 'demo', { hook: 'preStop' }), rows[3]);
    equal(chooseDelivery(rows, 'demo', { container: 'main', restart: 0 }), rows[1]);
    equal(chooseDelivery(rows, 'demo', { container: 'main', restart: 0, attempt: 1 }), rows[0]);
  });

  it('asks which one is meant when several hooks fit', () => {
    throws(() => chooseDelivery(rows, 'demo', {}), { code: 'badInput', message: /-c main --hook postStart, or -c side --hook preStop/ });
  });

  it('says what there is when none fits', () => {
    throws(() => chooseDelivery(rows, 'demo', { container: 'nix' }), { code: 'badInput', message: /those it has are -c main/ });
    throws(() => chooseDelivery([], 'demo', {}), { code: 'badInput', message: /no hook of this Pod was due yet/ });
  });
});

describe('isAboutPod()', () => {
  it('matches a name in any namespace, or namespace and name', () => {
    equal(isAboutPod({ pod: 'default/demo' }, 'demo'), true);
    equal(isAboutPod({ pod: 'other/demo' }, 'demo'), true);
    equal(isAboutPod({ pod: 'other/demo' }, 'default/demo'), false);
    equal(isAboutPod({ pod: 'default/demo-2' }, 'demo'), false);
    equal(isAboutPod({}, 'demo'), false);
    equal(isAboutPod({}, undefined), true);
  });
});
