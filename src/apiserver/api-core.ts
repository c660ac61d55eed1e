import type { Clock } from '../ports/clock.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import type { Authenticator, Authorizer } from './access.ts';
import type { Identifiers } from './identifiers.ts';
import type { ResourceRegistry } from './resources/resource-registry.ts';
import type { ApiSchema } from './schema/api-schema.ts';
import type { TokenIssuer } from './token-issuer.ts';
import type { WatchHub } from './watch/watch-hub.ts';

/** What every verb works with. */
export interface ApiCore {
  readonly store: ObjectStore;
  readonly clock: Clock;
  readonly resources: ResourceRegistry;
  readonly hub: WatchHub;
  readonly identifiers: Identifiers;
  readonly schema: ApiSchema;
  readonly authenticator: Authenticator;
  readonly authorizer: Authorizer;
  /** Absent: no tokens of ServiceAccounts here. */
  readonly tokenIssuer?: TokenIssuer;
}
