/** What a Node object says of its machine; read when the agent starts. Adapter: `host/node-facts.ts`. */
export interface NodeFacts {
  /** As Go calls them: "linux", "amd64". */
  readonly operatingSystem: string;
  readonly architecture: string;
  readonly kernelVersion: string;
  /** "Debian GNU/Linux 12 (bookworm)" */
  readonly osImage: string;
  readonly machineID: string;
  readonly systemUUID: string;
  readonly bootID: string;
  readonly cpus: number;
  readonly memoryBytes: number;
  /** Of the file system on which Pods write. */
  readonly ephemeralStorageBytes: number;
}
