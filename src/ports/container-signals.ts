/** Capability `signals`: a signal to a container's first process, now. Adapter: `containerd/containerd-signals.ts`. */
export interface ContainerSignals {
  /** `signal` is a name ("SIGTERM"). A container that has ended or is unknown is no error. */
  kill(containerId: string, signal: string): Promise<void>;
  /** The stop signal that the container's image asks for (`STOPSIGNAL`), or undefined. */
  imageStopSignal(image: string): Promise<string | undefined>;
}
