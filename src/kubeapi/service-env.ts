/** What the services of a namespace tell containers by variables (`pkg/kubelet/envvars/envvars.go`). Pure. */
import { type Fields, listOf, numberOf, textOf } from '../model/json-fields.ts';

/** A service that has an address of its own; others are told to nobody. */
export interface ServiceFacts {
  readonly namespace: string;
  readonly name: string;
  readonly address: string;
  readonly ports: readonly { readonly name: string; readonly port: number; readonly protocol: string }[];
}

export function readService(object: Fields): ServiceFacts | undefined {
  const address = textOf(object, 'spec', 'clusterIP');
  if (address === '' || address === 'None' || textOf(object, 'spec', 'type') === 'ExternalName') return undefined;
  const ports = listOf(object, 'spec', 'ports').map((port) => ({
    name: textOf(port, 'name'),
    port: numberOf(port, 'port') ?? 0,
    protocol: textOf(port, 'protocol') || 'TCP',
  }));
  return { namespace: textOf(object, 'metadata', 'namespace'), name: textOf(object, 'metadata', 'name'), address, ports };
}

const isApi = ({ namespace, name }: ServiceFacts): boolean => namespace === 'default' && name === 'kubernetes';

/** The API's own service always; with `links` those of the namespace too, which come before it where names meet. */
export function serviceEnv(services: readonly ServiceFacts[], namespace: string, links: boolean): ReadonlyMap<string, string> {
  const sorted = services.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  const told = [...sorted.filter(isApi), ...(links ? sorted.filter((service) => service.namespace === namespace && !isApi(service)) : [])];
  return new Map(told.flatMap(variablesOf));
}

const variableName = (text: string): string => text.replaceAll('-', '_').toUpperCase();

function variablesOf({ name, address, ports }: ServiceFacts): readonly (readonly [string, string])[] {
  const prefix = variableName(name);
  const [first] = ports;
  const named = ports.filter((port) => port.name !== '');
  return [
    [`${prefix}_SERVICE_HOST`, address],
    ...(first === undefined ? [] : [[`${prefix}_SERVICE_PORT`, String(first.port)] as const]),
    ...named.map((port) => [`${prefix}_SERVICE_PORT_${variableName(port.name)}`, String(port.port)] as const),
    ...ports.flatMap((port, index) => linkVariables(prefix, address, port, index === 0)),
  ];
}

/** As Docker's links once named them. */
function linkVariables(
  prefix: string,
  address: string,
  { port, protocol }: ServiceFacts['ports'][number],
  isFirst: boolean,
): readonly (readonly [string, string])[] {
  const url = `${protocol.toLowerCase()}://${address.includes(':') ? `[${address}]` : address}:${port}`;
  const own = `${prefix}_PORT_${port}_${protocol.toUpperCase()}`;
  return [
    ...(isFirst ? [[`${prefix}_PORT`, url] as const] : []),
    [own, url],
    [`${own}_PROTO`, protocol.toLowerCase()],
    [`${own}_PORT`, String(port)],
    [`${own}_ADDR`, address],
  ];
}
