/**
 * One process of hooklet's own containerd: found, started, watched, ended. Owns nothing in memory but the child's
 * handle; whether it shall run at all is the supervisor's business.
 *
 * 1. The process is a session of its own with its output in a file: neither a signal to the agent's terminal nor the
 *    agent's death reaches it.
 * 2. It is known by the path of its configuration in its command line, and alive as long as its socket accepts;
 *    a pid file would lie after a crash.
 * 3. Ready means that CRI answers. The socket accepts somewhat earlier.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFile, type FileHandle, open, readFile, stat, truncate } from 'node:fs/promises';
import { connect } from 'node:net';
import { addMs, earlier, type Instant, isReached } from '../core/instant.ts';
import type { Clock } from '../ports/clock.ts';
import { HookletError, messageOf } from '../ports/hooklet-error.ts';
import type { HostPaths } from '../ports/host-paths.ts';
import type { HostProcess, HostProcesses } from '../ports/host-processes.ts';
import type { Programs } from '../ports/programs.ts';

export interface ContainerdProcessParts {
  readonly paths: Pick<HostPaths, 'runDir' | 'containerdSocket' | 'containerdConfigFile' | 'containerdLogFile'>;
  readonly processes: HostProcesses;
  readonly programs: Programs;
  readonly clock: Clock;
  /** Resolves when CRI answers `Version`. */
  readonly probe: () => Promise<void>;
}

/** A cold start takes 40 ms here; after a crash with hundreds of containers, or on a slow disk, many times that. */
const readyWithinMs = 30_000;
const endWithinMs = 10_000;
/** SIGKILL takes effect at once, but for a process that waits for a broken disk. */
const killedWithinMs = 10_000;
const pollMs = 5;
/** containerd itself writes little at level `warn`, but every shim a few lines. */
const logLimitBytes = 4 * 1024 * 1024;

export class ContainerdProcess {
  readonly #parts: ContainerdProcessParts;

  constructor(parts: ContainerdProcessParts) {
    this.#parts = parts;
  }

  find(): HostProcess | undefined {
    return this.#findAll()[0];
  }

  /** True while containers of it run, whether or not it does. */
  hasShims(): boolean {
    const { processes, paths } = this.#parts;
    return processes.find('containerd-shim-runc-v2').some(({ argv }) => argv.includes(paths.containerdSocket));
  }

  accepts(): Promise<boolean> {
    return new Promise((resolve) => {
      const socket = connect(this.#parts.paths.containerdSocket);
      socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
      socket.once('connect', () => socket.destroy());
    });
  }

  /** Resolves with the running process, not yet ready. Of two started at once, the one that got the database lives. */
  async spawn(): Promise<HostProcess> {
    const { paths, processes, programs } = this.#parts;
    const log = await this.#openLog();
    try {
      const { NOTIFY_SOCKET: _, ...env } = process.env; // it would report itself ready in our place
      const argv = ['--config', paths.containerdConfigFile];
      const child = spawn('containerd', argv, {
        detached: true,
        stdio: ['ignore', log.fd, log.fd],
        cwd: '/',
        env: { ...env, PATH: programs.searchPath },
      });
      await Promise.race([once(child, 'spawn'), once(child, 'error').then(([error]) => Promise.reject(error))]);
      child.unref();
      const found = processes.find('containerd').find(({ pid }) => pid === child.pid);
      return found ?? { pid: child.pid ?? 0, startTicks: 'ended', parentPid: process.pid, argv: ['containerd', ...argv] };
    } catch (error) {
      throw new HookletError('hostLacks', `Cannot start containerd: ${messageOf(error)}; install containerd and runc`, { cause: error });
    } finally {
      await log.close();
    }
  }

  /** Resolves when `running` answers; rejects when it ends before, or does not answer in time. */
  async waitReady(running: HostProcess): Promise<void> {
    const { clock, processes, probe } = this.#parts;
    const deadline = addMs(clock.now(), readyWithinMs);
    let last = 'its socket does not accept';
    while (!isReached(deadline, clock.now())) {
      if (await this.accepts()) {
        const answer = await this.#within(deadline, probe()).then(() => undefined, messageOf);
        // Of two, it may be the other one that answers; the one without the database ends within a second.
        if (answer === undefined && this.#findAll().length === 1 && processes.isAlive(running)) return;
        last = answer ?? 'another containerd of this state directory runs';
      }
      if (!processes.isAlive(running)) throw new HookletError('hostLacks', `containerd ended as it started: ${await this.#lastWords()}`);
      await clock.waitUntil(earlier(addMs(clock.now(), pollMs), deadline), NEVER);
    }
    throw new HookletError(
      'hostLacks',
      `containerd did not answer within ${readyWithinMs / 1000} s: ${last}; see "${this.#parts.paths.containerdLogFile}"`,
    );
  }

  /** Resolves when the process has ended, seen at once by its socket. Abort rejects with the signal's reason. */
  async ended(running: HostProcess, signal: AbortSignal): Promise<void> {
    const { clock, processes, paths } = this.#parts;
    while (processes.isAlive(running)) {
      // The ttrpc socket: containerd ends idle gRPC connections after two minutes, these never.
      await connectionEnd(`${paths.containerdSocket}.ttrpc`, signal);
      signal.throwIfAborted();
      if (processes.isAlive(running)) await clock.waitUntil(addMs(clock.now(), pollMs), signal);
    }
  }

  /** SIGTERM, then SIGKILL. Rejects when not even that ends it. */
  async end(running: HostProcess): Promise<void> {
    const { processes } = this.#parts;
    processes.signal(running, 'SIGTERM');
    if (await this.#endsWithin(running, endWithinMs)) return;
    processes.signal(running, 'SIGKILL');
    if (await this.#endsWithin(running, killedWithinMs)) return;
    throw new HookletError(
      'hostLacks',
      `containerd (pid ${running.pid}) does not end, not even by SIGKILL; look at its disk, and at what the kernel says (dmesg)`,
    );
  }

  async #endsWithin(running: HostProcess, ms: number): Promise<boolean> {
    const { clock, processes } = this.#parts;
    const deadline = addMs(clock.now(), ms);
    while (processes.isAlive(running)) {
      if (isReached(deadline, clock.now())) return false;
      await clock.waitUntil(addMs(clock.now(), pollMs), NEVER);
    }
    return true;
  }

  /** `answer`, or a rejection at the deadline: what it waits for may be a process that hangs. */
  async #within(deadline: Instant, answer: Promise<void>): Promise<void> {
    const answered = new AbortController();
    const late = this.#parts.clock.waitUntil(deadline, answered.signal).then(() => Promise.reject(new Error('CRI does not answer')));
    late.catch(() => {});
    try {
      await Promise.race([answer, late]);
    } finally {
      answered.abort();
    }
  }

  /** Moves a log that has grown large aside. By copying: containerd and every shim hold the file itself open for appending. */
  async boundLog(): Promise<void> {
    const { containerdLogFile } = this.#parts.paths;
    const size = await stat(containerdLogFile).then(
      (found) => found.size,
      () => 0,
    );
    if (size <= logLimitBytes) return;
    await copyFile(containerdLogFile, `${containerdLogFile}.1`).catch(() => {}); // no room for two: what comes is worth more than what was
    await truncate(containerdLogFile);
  }

  async #openLog(): Promise<FileHandle> {
    const { containerdLogFile } = this.#parts.paths;
    try {
      await this.boundLog();
      return await open(containerdLogFile, 'a', 0o600);
    } catch (error) {
      throw new HookletError('hostLacks', `Cannot open containerd's log "${containerdLogFile}": ${messageOf(error)}`, { cause: error });
    }
  }

  /** Without those that containerd has forked but that have not become another program yet. */
  #findAll(): readonly HostProcess[] {
    const all = this.#parts.processes.find('containerd').filter(({ argv }) => argv.includes(this.#parts.paths.containerdConfigFile));
    return all.filter(({ parentPid }) => !all.some(({ pid }) => pid === parentPid));
  }

  async #lastWords(): Promise<string> {
    const text = await readFile(this.#parts.paths.containerdLogFile, 'utf8').catch(() => '');
    return text.trimEnd().split('\n').at(-1) || 'it wrote nothing';
  }
}

const NEVER = new AbortController().signal;

/** Resolves when a connection to the socket breaks, cannot be made, or the signal aborts. Keeps no program running. */
function connectionEnd(path: string, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const socket = connect(path);
    const abort = () => socket.destroy();
    signal.addEventListener('abort', abort, { once: true });
    if (signal.aborted) abort();
    socket.unref();
    socket.resume();
    socket.on('error', () => {});
    socket.once('close', () => {
      signal.removeEventListener('abort', abort);
      resolve();
    });
  });
}
