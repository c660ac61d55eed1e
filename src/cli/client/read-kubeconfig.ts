/** A kubeconfig: the server of its current context, and with what one is let in there. */
import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { parseYaml } from '../../model/parse-yaml.ts';
import { isYamlMap, type YamlMap } from '../../model/yaml-document.ts';
import { HookletError, messageOf } from '../../ports/hooklet-error.ts';

export interface Kubeconfig {
  /** `https://host:port`, with a path if the server has one. */
  readonly server: URL;
  /** PEM of those who may have signed the server's certificate; without it the ones that this machine trusts. */
  readonly ca?: string;
  /** The name that the server's certificate must carry, when it is not that of the address. */
  readonly serverName?: string;
  readonly certificate?: { readonly cert: string; readonly key: string };
  readonly token?: string;
  readonly namespace: string;
}

/** Throws `badInput` naming the file. Files that it names lie beside it, unless their paths are absolute. */
export async function readKubeconfig(file: string): Promise<Kubeconfig> {
  const reader = new KubeconfigReader(file);
  return reader.read(await readFile(file, 'utf8'));
}

class KubeconfigReader {
  readonly #file: string;

  constructor(file: string) {
    this.#file = file;
  }

  async read(text: string): Promise<Kubeconfig> {
    const { documents, errors } = parseYaml(text);
    const config = documents[0]?.value;
    if (errors.length > 0 || !isYamlMap(config)) throw this.#wrong('it is no YAML map');
    const context = this.#named(config, 'contexts', 'context', this.#text(config, 'current-context'));
    const cluster = this.#named(config, 'clusters', 'cluster', this.#text(context, 'cluster'));
    const user = this.#named(config, 'users', 'user', this.#text(context, 'user'));
    const serverName = this.#text(cluster, 'tls-server-name');
    const ca = await this.#material(cluster, 'certificate-authority');
    const token = await this.#token(user);
    const certificate = await this.#certificate(user);
    return {
      server: this.#server(cluster),
      namespace: this.#text(context, 'namespace') || 'default',
      ...(ca === undefined ? {} : { ca }),
      ...(serverName === '' ? {} : { serverName }),
      ...(certificate === undefined ? {} : { certificate }),
      ...(token === undefined ? {} : { token }),
    };
  }

  #server(cluster: YamlMap): URL {
    const text = this.#text(cluster, 'server');
    if (cluster['insecure-skip-tls-verify'] === true) {
      throw this.#wrong('it says insecure-skip-tls-verify, and hooklet always checks the server; give certificate-authority-data');
    }
    if (!URL.canParse(text)) throw this.#wrong(`its server "${text}" is no URL`);
    const url = new URL(text);
    if (url.protocol !== 'https:') throw this.#wrong(`its server "${text}" is not https, and hooklet sends no secrets in the clear`);
    return url;
  }

  async #token(user: YamlMap): Promise<string | undefined> {
    for (const way of ['exec', 'auth-provider', 'username']) {
      if (user[way] !== undefined)
        throw this.#wrong(`its user logs in by "${way}", which hooklet does not do; give a token or a certificate`);
    }
    const given = this.#text(user, 'token');
    if (given !== '') return given;
    const file = this.#text(user, 'tokenFile');
    return file === '' ? undefined : (await this.#beside(file)).trim();
  }

  async #certificate(user: YamlMap): Promise<Kubeconfig['certificate']> {
    const cert = await this.#material(user, 'client-certificate');
    const key = await this.#material(user, 'client-key');
    if ((cert === undefined) !== (key === undefined)) throw this.#wrong('its user has only one of client-certificate and client-key');
    return cert === undefined || key === undefined ? undefined : { cert, key };
  }

  /** PEM, written out as base64 or lying in a file. */
  async #material(map: YamlMap, name: string): Promise<string | undefined> {
    const data = this.#text(map, `${name}-data`);
    if (data !== '') return Buffer.from(data, 'base64').toString('utf8');
    const file = this.#text(map, name);
    return file === '' ? undefined : this.#beside(file);
  }

  async #beside(file: string): Promise<string> {
    const path = resolve(dirname(this.#file), file);
    return readFile(path, 'utf8').catch((error: unknown) => {
      throw this.#wrong(`"${path}", which it names, could not be read: ${messageOf(error)}`);
    });
  }

  #named(config: YamlMap, list: string, field: string, name: string): YamlMap {
    const entries = config[list];
    const entry = Array.isArray(entries) ? entries.find((one) => isYamlMap(one) && one['name'] === name) : undefined;
    const value = isYamlMap(entry) ? entry[field] : undefined;
    if (isYamlMap(value)) return value;
    throw this.#wrong(name === '' ? `it does not say which of its ${list} to use` : `it has no "${name}" among its ${list}`);
  }

  #text(map: YamlMap, name: string): string {
    const value = map[name];
    if (value === undefined || value === null) return '';
    if (typeof value === 'string') return value;
    throw this.#wrong(`its ${name} is no text`);
  }

  #wrong(why: string): HookletError {
    return new HookletError('badInput', `the kubeconfig "${this.#file}" cannot be used: ${why}`);
  }
}
