/** As the API writes a moment: RFC 3339 in UTC with whole seconds, rounded down (`metav1.Time`). */
export const apiTime = (wallMs: number): string => new Date(Math.floor(wallMs / 1000) * 1000).toISOString().replace('.000Z', 'Z');
