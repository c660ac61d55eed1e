/** Where kubectl was changed: what this client prints is that of kubectl 1.36; a test makes the older form of it. */

interface Difference {
  readonly what: string;
  /** The first minor version that prints as this client does. */
  readonly since: number;
  /** The command lines that it shows in; absent: all. */
  readonly lines?: RegExp;
  /** Makes the older form of what this client printed. */
  readonly older: (text: string) => string;
}

const DIFFERENCES: readonly Difference[] = [
  {
    what: 'projected volumes call it Optional, not by a name of its own with a pointer behind it',
    since: 33,
    older: (text) =>
      text
        .replace(
          /^( {4}ConfigMapName: .*\n {4})Optional: ( {6,})false$/gm,
          (_, before: string, gap: string) => `${before}ConfigMapOptional: ${gap.slice(9)}<nil>`,
        )
        .replace(
          /^( {4}SecretName: .*\n {4})Optional: ( {15,})true$/gm,
          (_, before: string, gap: string) => `${before}SecretOptionalName: ${gap.slice(10)}0x0`,
        ),
  },
  {
    what: 'ports are described with their names',
    since: 34,
    older: (text) => text.replace(/^( {4}(?:Host )?Ports?: .*)$/gm, (line) => line.replace(/ \([a-z]+\)/g, '')),
  },
  { what: 'delete says from which namespace', since: 34, older: (text) => text.replace(/ deleted from \S+ namespace$/gm, ' deleted') },
  {
    what: 'events are described with the part of the object that they are about',
    since: 35,
    older: (text) => text.replace(/ spec\.(?:initContainers|containers|ephemeralContainers)\{[^}]*\}: /g, ' '),
  },
  {
    what: 'events shows the first line of a message and marks what it leaves out',
    since: 36,
    lines: /^events/,
    older: (text) => text.replace('PostStartHook failed...', 'PostStartHook failed\nwith more words'),
  },
  {
    what: 'service accounts are described without secrets and tokens of theirs',
    since: 36,
    lines: /^describe (?:sa|serviceaccount)/,
    older: (text) => text.replace(/^Events:/gm, 'Mountable secrets:   <none>\nTokens:              <none>\nEvents:'),
  },
  {
    what: 'nodes are described without the version of their kube-proxy, which no node tells any more',
    since: 36,
    older: (text) =>
      text.replace(
        /^( {2}Kubelet Version: +)\S+$/gm,
        (line, before: string) => `${line}\n${'  Kube-Proxy Version:'.padEnd(before.length)}`,
      ),
  },
];

/** What this client answered to the command line, in the words of that kubectl. */
export const asKubectl = (minor: number, line: string, text: string): string =>
  DIFFERENCES.filter(({ since, lines = /^/ }) => minor < since && lines.test(line)).reduce(
    (older, difference) => difference.older(older),
    text,
  );

/** An address in kubectl's memory is another one each time. */
export const withoutPointers = (text: string): string => text.replace(/\b0xc[0-9a-f]{9}\b/g, '0x0');
