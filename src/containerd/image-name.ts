import { HookletError } from '../ports/hooklet-error.ts';

/** A registry or path component, a tag, a digest, as the distribution reference grammar has them. */
const pathPattern = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*$/;
const hostPattern = /^(?:[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?)(?:\.[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?)*(?::[0-9]+)?$/;
const tagPattern = /^[\w][\w.-]{0,127}$/;
const digestPattern = /^[a-z0-9]+(?:[.+_-][a-z0-9]+)*:[0-9a-fA-F]{32,}$/;
const maxLength = 255;

/**
 * The name under which containerd keeps an image: "busybox" is "docker.io/library/busybox:latest".
 * Throws `badInput` for what is no image name.
 */
export function fullImageName(name: string): string {
  const [reference = '', digest] = cut(name, '@');
  const { host, remainder } = splitHost(reference);
  const [path = '', tag] = cut(remainder, ':');
  const matches = (pattern: RegExp, part: string | undefined): boolean => part === undefined || pattern.test(part);
  const wellFormed = matches(hostPattern, host) && matches(pathPattern, path) && matches(tagPattern, tag) && matches(digestPattern, digest);
  if (!wellFormed || name.length > maxLength) {
    throw new HookletError(
      'badInput',
      `${JSON.stringify(name.slice(0, maxLength))} is no image name; write it as registry/path:tag in lower case`,
    );
  }
  const shownTag = tag ?? (digest === undefined ? 'latest' : undefined);
  return `${host}/${path}${shownTag === undefined ? '' : `:${shownTag}`}${digest === undefined ? '' : `@${digest}`}`;
}

/** What stands before the first slash is a registry when it looks like a host; otherwise the registry is Docker's. */
function splitHost(reference: string): { readonly host: string; readonly remainder: string } {
  const [first = '', rest] = cut(reference, '/');
  if (rest === undefined) return { host: 'docker.io', remainder: `library/${reference}` };
  const isHost = first === 'localhost' || /[.:]/.test(first);
  return isHost ? { host: first, remainder: rest } : { host: 'docker.io', remainder: reference };
}

function cut(text: string, mark: string): readonly [string, string | undefined] {
  const at = text.indexOf(mark);
  return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)];
}
