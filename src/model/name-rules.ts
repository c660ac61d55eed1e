/**
 * What names may look like (`apimachinery/pkg/util/validation/validation.go`). Each rule returns what is wrong, in the
 * API server's words, or undefined. Names that pass are safe as one component of a path: no "/", never "..".
 */
export type NameRule = (value: string) => string | undefined;

const DNS_LABEL = '[a-z0-9]([-a-z0-9]*[a-z0-9])?';
const QUALIFIED = '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]';

const DNS_LABEL_PATTERN = new RegExp(`^${DNS_LABEL}$`);
const DNS_SUBDOMAIN_PATTERN = new RegExp(`^${DNS_LABEL}(\\.${DNS_LABEL})*$`);
const QUALIFIED_PATTERN = new RegExp(`^${QUALIFIED}$`);

const MAX_LABEL = 63;
const MAX_SUBDOMAIN = 253;
const MAX_PORT_NAME = 15;

const tooManyBytes = (max: number): string => `must be no more than ${max} bytes`;

/** Length comes first: the patterns then never see a long text. */
export const dnsLabel: NameRule = (value) => {
  if (value.length > MAX_LABEL) return tooManyBytes(MAX_LABEL);
  if (DNS_LABEL_PATTERN.test(value)) return undefined;
  return `a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '${DNS_LABEL}')`;
};

export const dnsSubdomain: NameRule = (value) => {
  if (value.length > MAX_SUBDOMAIN) return tooManyBytes(MAX_SUBDOMAIN);
  if (DNS_SUBDOMAIN_PATTERN.test(value)) return undefined;
  return `a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '${DNS_LABEL}(\\.${DNS_LABEL})*')`;
};

const UNDERSCORE_LABEL = '_?[a-z0-9]([-_a-z0-9]*[a-z0-9])?';
const SEARCH_DOMAIN_PATTERN = new RegExp(`^${UNDERSCORE_LABEL}(\\.${UNDERSCORE_LABEL})*$`);

/** A domain that names are looked up in: DNS itself knows underscores. */
export const searchDomain: NameRule = (value) => {
  if (value.length > MAX_SUBDOMAIN) return tooManyBytes(MAX_SUBDOMAIN);
  if (SEARCH_DOMAIN_PATTERN.test(value)) return undefined;
  return `a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '_', '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '${UNDERSCORE_LABEL}(\\.${UNDERSCORE_LABEL})*')`;
};

/** "name" or "prefix/name": keys of labels and annotations, names of resources. */
export const qualifiedName: NameRule = (value) => {
  const parts = value.split('/', 3);
  const name = parts.at(-1) ?? '';
  if (parts.length > 2) return 'a qualified name may have at most one "/", between prefix and name';
  if (parts.length === 2) {
    if (parts[0] === '') return 'prefix part must be non-empty';
    const complaint = dnsSubdomain(parts[0] as string);
    if (complaint !== undefined) return `prefix part ${complaint}`;
  }
  if (name === '') return 'name part must be non-empty';
  if (name.length > MAX_LABEL) return `name part ${tooManyBytes(MAX_LABEL)}`;
  if (QUALIFIED_PATTERN.test(name)) return undefined;
  return `name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '${QUALIFIED}')`;
};

export const labelValue: NameRule = (value) => {
  if (value.length > MAX_LABEL) return tooManyBytes(MAX_LABEL);
  if (value === '' || QUALIFIED_PATTERN.test(value)) return undefined;
  return `a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(${QUALIFIED})?')`;
};

/** An IANA_SVC_NAME. */
export const portName: NameRule = (value) => {
  if (value.length > MAX_PORT_NAME) return tooManyBytes(MAX_PORT_NAME);
  if (!/^[-a-z0-9]+$/.test(value)) return 'must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)';
  if (!/[a-z]/.test(value)) return 'must contain at least one letter (a-z)';
  if (value.includes('--')) return 'must not contain consecutive hyphens';
  if (value.startsWith('-') || value.endsWith('-')) return 'must not begin or end with a hyphen';
  return undefined;
};

/** A key of a ConfigMap or Secret; it becomes the name of a file. */
export const configKey: NameRule = (value) => {
  if (value.length > MAX_SUBDOMAIN) return tooManyBytes(MAX_SUBDOMAIN);
  if (!/^[-._a-zA-Z0-9]+$/.test(value))
    return "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')";
  if (value === '.') return "must not be '.'";
  if (value === '..') return "must not be '..'";
  return value.startsWith('..') ? "must not start with '..'" : undefined;
};

/** Since 1.34 everything printable but "=" (RelaxedEnvironmentVariableValidation). */
export const envName: NameRule = (value) => {
  if (/^[ -<>-~]+$/.test(value)) return undefined;
  return "a valid environment variable name must consist only of printable ASCII characters other than '='";
};

/**
 * hooklet's own rule: the API server gives uids itself and never reads them from a client. Here one may be given, and
 * it becomes the name of a directory.
 */
export const podUid: NameRule = (value) => {
  if (/^[A-Za-z0-9]([-A-Za-z0-9]{0,61}[A-Za-z0-9])?$/.test(value)) return undefined;
  return "must consist of at most 63 alphanumeric characters or '-', and start and end with an alphanumeric character";
};

const IPV4 = /^(25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(\.(25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)){3}$/;

export const ipAddress: NameRule = (value) => {
  if (IPV4.test(value) || (/^[0-9a-fA-F:.]{2,45}$/.test(value) && value.includes(':') && URL.canParse(`http://[${value}]`)))
    return undefined;
  return 'must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)';
};
