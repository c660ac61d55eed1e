import type { PathRoute } from '../non-resource-routes.ts';
import { respondJson } from '../respond.ts';
import { ISSUER } from './account-tokens.ts';
import { ALGORITHM } from './json-web-token.ts';
import type { TokenKeys } from './token-keys.ts';

const CONFIGURATION = '/.well-known/openid-configuration';
const KEY_SET = '/openid/v1/jwks';

/**
 * By which others verify tokens of ServiceAccounts (`pkg/serviceaccount/openidmetadata.go`). `serverAddress`: host and port
 * as clients should call this server.
 */
export function openidRoutes(keys: TokenKeys, serverAddress: () => string): Readonly<Record<string, PathRoute>> {
  return {
    [CONFIGURATION]: ({ method }, path) =>
      method === 'GET' && path === CONFIGURATION
        ? respondJson({
            issuer: ISSUER,
            jwks_uri: `https://${serverAddress()}${KEY_SET}`,
            response_types_supported: ['id_token'],
            subject_types_supported: ['public'],
            id_token_signing_alg_values_supported: [ALGORITHM],
          })
        : undefined,
    [KEY_SET]: ({ method }, path) =>
      method === 'GET' && path === KEY_SET ? respondJson({ keys: keys.keySet }, 200, 'application/jwk-set+json') : undefined,
  };
}
