import { HookletError } from '../ports/hooklet-error.ts';

/** A registry or path component, a tag, a digest, as the distribution reference grammar has them. */
const pathPattern = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*$/;
const hostPattern = /^(?:[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?)(?:\.[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?)*(?::[0-9]+)?$/;
const tagPattern = /^[\w][\w.-]{0,127}$/;
const digestPattern = /^[a-z0-9]+(?:[.+_-][a-z0-9]+)*:[0-9a-fA-F]{32,}$/;

/**
 * The name under which containerd keeps an image: "busybox" is "docker.io/library/busybox:latest".
 * Throws `badInput` for what is no image name.
 */
export function fullImageName(name: string): string {
  const { rest, digest } = cutDigest(name);
  const slash = rest.indexOf('/');
  const first = slash < 0 ? '' : rest.slice(0, slash);
  const hasHost = first.includes('.') || first.includes(':') || first === 'localhost';
  const host = hasHost ? first : 'docker.io';
  const remainder = hasHost ? rest.slice(slash + 1) : slash < 0 ? `library/${rest}` : rest;
  const colon = remainder.indexOf(':');
  const path = colon < 0 ? remainder : remainder.slice(0, colon);
  const tag = colon < 0 ? undefined : remainder.slice(colon + 1);
  const wellFormed = name.length <= 255 && hostPattern.test(host) && pathPattern.test(path) && (tag === undefined || tagPattern.test(tag));
  if (!wellFormed || (digest !== undefined && !digestPattern.test(digest))) {
    throw new HookletError('badInput', `${JSON.stringify(name.slice(0, 300))} is no image name; write it as registry/path:tag in lower case`);
  }
  const shownTag = tag ?? (digest === undefined ? 'latest' : undefined);
  return `${host}/${path}${shownTag === undefined ? '' : `:${shownTag}`}${digest === undefined ? '' : `@${digest}`}`;
}

function cutDigest(name: string): { rest: string; digest: string | undefined } {
  const at = name.indexOf('@');
  return at < 0 ? { rest: name, digest: undefined } : { rest: name.slice(0, at), digest: name.slice(at + 1) };
}
