/**
 * A net below the rule that no secret is logged: words of others (a runtime, a server, a stack) can carry one. What looks
 * like a token, a private key, or the password of an address is left out.
 */
const PATTERNS: readonly (readonly [RegExp, string])[] = [
  [/-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g, '(private key)'],
  // JWS in its compact form: header, payload, signature.
  [/\beyJ[\w-]{8,}\.[\w-]+\.[\w-]*/g, '(token)'],
  [/\b(bearer|basic)\s+[\w+/=.~-]{8,}/gi, '$1 (secret)'],
  [/(\/\/[^\s/:@]*:)[^\s/@]+@/g, '$1(secret)@'],
];

export const withoutSecrets = (text: string): string => PATTERNS.reduce((safe, [pattern, instead]) => safe.replace(pattern, instead), text);
