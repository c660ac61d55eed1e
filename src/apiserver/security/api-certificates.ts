/**
 * The certificates of the API while it runs: the server's own, and those in the kubeconfigs. Each start makes new ones;
 * on disk lie only the authority and the kubeconfigs.
 *
 * R1 Once a minute, by the monotonic clock, the wall clock is looked at: a machine that finds its time after the start
 *    (or is set back) has certificates that fit within that minute.
 * R2 What cannot be written is tried again a minute later, and stops nothing: the server goes on with what it has.
 */
import { X509Certificate } from 'node:crypto';
import { addMs } from '../../core/instant.ts';
import type { Clock } from '../../ports/clock.ts';
import { messageOf } from '../../ports/hooklet-error.ts';
import type { Logger } from '../../ports/logger.ts';
import type { PrivateFiles } from '../../ports/private-files.ts';
import type { CertificateAuthority, KeyAndCertificate } from './certificate-authority.ts';
import { isDue } from './certificate-lifetime.ts';
import { kubeconfig } from './kubeconfig.ts';
import { ADMINS, VIEWERS } from './roles.ts';

export interface ApiCertificatesParts {
  readonly authority: CertificateAuthority;
  /** Of the state directory itself. */
  readonly state: PrivateFiles;
  readonly clock: Clock;
  readonly logger: Logger;
  /** `servingNames()`. */
  readonly names: readonly string[];
}

/** As `ApiServer` takes it. */
export interface ServingMaterial extends KeyAndCertificate {
  readonly clientCa: string;
}

const LOOK_EVERY_MS = 60_000;

/** File, user, groups. */
const KUBECONFIGS = [
  { file: 'admin.kubeconfig', user: 'admin', groups: [ADMINS] },
  { file: 'viewer.kubeconfig', user: 'viewer', groups: [VIEWERS] },
];

export class ApiCertificates {
  readonly #parts: ApiCertificatesParts;
  readonly #ended = new AbortController();
  #serving: ServingMaterial;
  #server: string | undefined;
  /** Of the last kubeconfigs that were written: all are as old. */
  #written: X509Certificate | undefined;
  #looking: Promise<void> | undefined;
  #onRenewed: ((material: ServingMaterial) => void) | undefined;

  constructor(parts: ApiCertificatesParts) {
    this.#parts = parts;
    this.#serving = this.#issueServing();
  }

  get serving(): ServingMaterial {
    return this.#serving;
  }

  /** PEM by which clients, Pods among them, know this API. */
  get clusterCa(): string {
    return this.#parts.authority.certificate.toString();
  }

  /**
   * Writes `admin.kubeconfig` and `viewer.kubeconfig` for `server` (`serverUrl()`), and keeps everything valid from then on;
   * `onRenewed` gets a new serving certificate for connections to come. Rejects when the files cannot be written now.
   */
  async publish(server: string, onRenewed: (material: ServingMaterial) => void): Promise<void> {
    this.#server = server;
    this.#onRenewed = onRenewed;
    await this.#writeKubeconfigs();
    this.#looking = this.#look();
  }

  /** Twice is fine. */
  async close(): Promise<void> {
    this.#ended.abort();
    await this.#looking;
  }

  async #look(): Promise<void> {
    const { signal } = this.#ended;
    const { clock, logger } = this.#parts;
    while (!signal.aborted) {
      try {
        await clock.waitUntil(addMs(clock.now(), LOOK_EVERY_MS), signal);
        await this.#renewIfDue();
      } catch (error) {
        if (!signal.aborted) logger.warn('a certificate of the API could not be renewed', { error: messageOf(error) });
      }
    }
  }

  async #renewIfDue(): Promise<void> {
    const { authority, logger } = this.#parts;
    const now = this.#nowMs();
    const isNew = await authority.renewIfDue(now);
    if (isNew || isDue(new X509Certificate(this.#serving.cert), now)) {
      this.#serving = this.#issueServing();
      this.#onRenewed?.(this.#serving);
      logger.info('the certificate of the API was renewed', { validTo: new X509Certificate(this.#serving.cert).validTo });
    }
    if (isNew || this.#written === undefined || isDue(this.#written, now)) {
      // If they cannot be written now, they are still due a minute later.
      this.#written = undefined;
      await this.#writeKubeconfigs();
    }
  }

  #issueServing(): ServingMaterial {
    const { authority, names } = this.#parts;
    const order = { subject: { commonName: 'hooklet-apiserver' }, use: { kind: 'server', names } } as const;
    return { ...authority.issue(order, this.#nowMs()), clientCa: this.clusterCa };
  }

  async #writeKubeconfigs(): Promise<void> {
    const { authority, state } = this.#parts;
    const server = this.#server;
    if (server === undefined) return;
    for (const { file, user, groups } of KUBECONFIGS) {
      const subject = { commonName: user, organizations: groups };
      const credentials = authority.issue({ subject, use: { kind: 'client' } }, this.#nowMs());
      await state.write(file, kubeconfig({ server, authority: this.clusterCa, user, credentials }));
      this.#written = new X509Certificate(credentials.cert);
    }
  }

  #nowMs(): number {
    return this.#parts.clock.now().wallMs;
  }
}
