import type { Attack } from './attack.ts';
import { ATTACKS_ON_CONNECTIONS } from './on-connections.ts';
import { ATTACKS_ON_IDENTITY } from './on-identity.ts';
import { ATTACKS_ON_REQUESTS } from './on-requests.ts';
import { ATTACKS_ON_RIGHTS } from './on-rights.ts';

/** By what they are on: a heading of `docs/security.md` each. */
export const ATTACKS: Readonly<Record<'identity' | 'rights' | 'requests' | 'connections', readonly Attack[]>> = {
  identity: ATTACKS_ON_IDENTITY,
  rights: ATTACKS_ON_RIGHTS,
  requests: ATTACKS_ON_REQUESTS,
  connections: ATTACKS_ON_CONNECTIONS,
};
