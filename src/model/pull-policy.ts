/**
 * The pull policy that an image reference asks for: `Always` for the tag `latest` or none, else `IfNotPresent`; a digest
 * without a tag counts as not `latest` (`pkg/util/parsers/parsers.go`).
 */
export function defaultPullPolicy(image: string): 'Always' | 'IfNotPresent' {
  if (image.includes('@')) return tagOf(image.slice(0, image.indexOf('@'))) === 'latest' ? 'Always' : 'IfNotPresent';
  return (tagOf(image) ?? 'latest') === 'latest' ? 'Always' : 'IfNotPresent';
}

/** A colon after the last slash; one before it belongs to a registry's port. */
function tagOf(name: string): string | undefined {
  const colon = name.indexOf(':', name.lastIndexOf('/') + 1);
  return colon < 0 ? undefined : name.slice(colon + 1);
}
