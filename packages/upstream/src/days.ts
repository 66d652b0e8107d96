/** Seconds in a UTC day. */
export const daySeconds = 86_400;

/** The number of the UTC day (days since the epoch) in which a second lies. */
export function dayOf(second: number): number {
  return Math.floor(second / daySeconds);
}

/** `YYYY-MM-DD` of a second since the epoch. */
export function dayText(second: number): string {
  return new Date(second * 1000).toISOString().slice(0, 10);
}

/** `YYYY-MM-DDThh:mm:ssZ` of a second since the epoch. */
export function secondText(second: number): string {
  return `${new Date(second * 1000).toISOString().slice(0, 19)}Z`;
}

/** First second of a `YYYY-MM-DD` that names a real day, else undefined. */
export function parseDay(text: string): number | undefined {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return undefined;
  const ms = Date.parse(`${text}T00:00:00Z`);
  return Number.isNaN(ms) || new Date(ms).toISOString().slice(0, 10) !== text ? undefined : ms / 1000;
}

/** The second that a `YYYY-MM-DDThh:mm:ssZ` names, else undefined. */
export function parseSecond(text: string): number | undefined {
  if (!/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$/.test(text)) return undefined;
  const ms = Date.parse(text);
  return Number.isNaN(ms) || secondText(ms / 1000) !== text ? undefined : ms / 1000;
}
