/** As the API writes a moment: RFC 3339 in UTC with whole seconds, rounded down (`metav1.Time`). */
export const apiTime = (wallMs: number): string => new Date(Math.floor(wallMs / 1000) * 1000).toISOString().replace('.000Z', 'Z');

/** The same with microseconds (`metav1.MicroTime`); the last three digits are not known here. */
export const apiMicroTime = (wallMs: number): string => `${new Date(wallMs).toISOString().slice(0, 23)}000Z`;
