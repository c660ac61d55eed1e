import type { ApiObject } from './api-object.ts';

/** `authentication/v1` TokenRequest, checked: signs a token of a ServiceAccount. Implemented where the key is. */
export interface TokenIssuer {
  /** `expirationSeconds` is at least 600; the answer may last shorter or longer than asked. */
  issue(request: TokenOrder): Promise<IssuedToken>;
}

export interface TokenOrder {
  readonly namespace: string;
  readonly serviceAccount: string;
  readonly serviceAccountUid: string;
  /** Empty: those of the API server. */
  readonly audiences: readonly string[];
  readonly expirationSeconds: number;
  /** The token dies with this object (`spec.boundObjectRef`); it was found to exist with this uid. */
  readonly boundTo?: Pick<ApiObject, 'kind' | 'apiVersion'> & { readonly name: string; readonly uid: string };
}

export interface IssuedToken {
  readonly token: string;
  readonly expirationTimestamp: string;
  readonly audiences: readonly string[];
}
