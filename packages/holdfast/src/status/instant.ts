/** The instant as ISO 8601 text. */
export function isoOf(ms: number): string {
  return new Date(ms).toISOString();
}

/** As `isoOf`; null stays null. */
export function isoOrNull(ms: number | null | undefined): string | null {
  return ms === null || ms === undefined ? null : isoOf(ms);
}

/** Whole seconds from `instant` (ISO 8601) to `now` (wall ms), never negative; null without an instant. */
export function secondsSince(instant: string | null, now: number): number | null {
  const at = instant === null ? Number.NaN : Date.parse(instant);
  return Number.isNaN(at) ? null : Math.max(0, Math.floor((now - at) / 1000));
}
