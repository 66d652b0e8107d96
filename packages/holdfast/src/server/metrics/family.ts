import type { Family, Sample } from './exposition.ts';

const PREFIX = 'holdfast_';

/** A value that goes up and down. */
export function gauge(name: string, help: string, samples: readonly Sample[]): Family {
  return { type: 'gauge', name: `${PREFIX}${name}`, help, samples };
}

/** A value that only rises, until its process starts anew. */
export function counter(name: string, help: string, samples: readonly Sample[]): Family {
  return { type: 'counter', name: `${PREFIX}${name}`, help, samples };
}

/** One series without labels; none where the value is not known. */
export function known(value: number | null): readonly Sample[] {
  return value === null ? [] : [[{}, value]];
}

/** Seconds since the epoch of an instant as text; null where there is none. */
export function seconds(instant: string | null): number | null {
  const ms = instant === null ? Number.NaN : Date.parse(instant);
  return Number.isNaN(ms) ? null : ms / 1000;
}
