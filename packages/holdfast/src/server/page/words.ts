import { formatDuration } from '@holdfast/resilience/clock';

const numbers = new Intl.NumberFormat('en-US');

/** A whole number with commas between groups of three digits. */
export function grouped(count: number): string {
  return numbers.format(count);
}

/** A size for people, in powers of ten. */
export function sizeOf(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  const power = bytes < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(bytes) / 3));
  const value = bytes / 1_000 ** power;
  return `${power === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${units[power] ?? ''}`;
}

/** A span for people; null is a dash. */
export function span(seconds: number | null): string {
  if (seconds === null) return '–';
  return seconds < 1 ? '0s' : formatDuration(seconds * 1000);
}

/** Day and minute in UTC. */
export function minuteOf(instant: string): string {
  return `${instant.slice(0, 10)} ${instant.slice(11, 16)}`;
}

/** Hour, minute and second in UTC. */
export function secondOf(instant: string): string {
  return instant.slice(11, 19);
}

/** The text with a capital at its beginning. */
export function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
