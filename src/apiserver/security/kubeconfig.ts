import type { KeyAndCertificate } from './certificate-authority.ts';

export interface KubeconfigOrder {
  /** "https://127.0.0.1:6443" */
  readonly server: string;
  /** PEM by which the server is known. */
  readonly authority: string;
  readonly user: string;
  readonly credentials: KeyAndCertificate;
}

/** A whole kubeconfig with everything in it, current context `hooklet`. JSON strings are YAML strings. */
export function kubeconfig({ server, authority, user, credentials }: KubeconfigOrder): string {
  const data = (pem: string): string => Buffer.from(pem).toString('base64');
  const name = JSON.stringify(user);
  return `# Written by hooklet at every start, and again before its certificate ends: do not edit it, copy it.
apiVersion: v1
kind: Config
current-context: hooklet
clusters:
- name: hooklet
  cluster:
    server: ${JSON.stringify(server)}
    certificate-authority-data: ${data(authority)}
contexts:
- name: hooklet
  context:
    cluster: hooklet
    user: ${name}
users:
- name: ${name}
  user:
    client-certificate-data: ${data(credentials.cert)}
    client-key-data: ${data(credentials.key)}
`;
}
