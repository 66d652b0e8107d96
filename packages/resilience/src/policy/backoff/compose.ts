import type { Duration } from '../../clock/duration.ts';
import type { Random } from '../../clock/random.ts';
import { InvalidOptionError } from '../../errors.ts';
import { delayOf } from './backoff.ts';
import type { Backoff, BackoffDescription, BackoffPart } from './backoff.ts';

/** A backoff and for how many retries it holds. */
export type ChainLink = readonly [backoff: Backoff, times: number];

/**
 * One backoff after the other: `chain([constant('1s'), 3], [constant('10s'), 2], fullJitter('1m', '15m'))`. Each part
 * counts its own retries from 1; the last one goes on for ever.
 * @throws InvalidOptionError when a count is not a whole number above 0, or no last backoff is given.
 */
export function chain(...links: readonly [...ChainLink[], Backoff]): Backoff {
  const last = links.at(-1);
  if (!isBackoff(last)) throw new InvalidOptionError('chain', 'must end with a backoff that has no count');
  const counted = links.slice(0, -1).map((link, index) => checkedLink(link, index));
  const parts: BackoffPart[] = [
    ...counted.map(([backoff, times]) => ({ ...describeBackoff(backoff), times })),
    describeBackoff(last),
  ];
  return composed('chain', parts, {
    baseMs: (counted[0]?.[0] ?? last).baseMs,
    capMs: Math.max(...parts.map(({ capMs }) => capMs)),
    delayMs: (retry, random, previousMs) => {
      let own = Math.max(retry, 1);
      for (const [backoff, times] of counted) {
        if (own <= times) return ask(backoff, own, random, previousMs);
        own -= times;
      }
      return ask(last, own, random, previousMs);
    },
  });
}

/**
 * All delays added: `sum(constant('5s'), fullJitter('1s', '1m'))` waits 5 s and a jitter. A decorrelated part sees the
 * whole wait before, so it reaches its cap sooner.
 */
export function sum(first: Backoff, ...others: readonly Backoff[]): Backoff {
  const backoffs = [first, ...others].map((backoff, index) => checked(backoff, `sum[${index}]`));
  const total = (numbers: readonly number[]): number => numbers.reduce((one, two) => one + two, 0);
  return composed('sum', backoffs.map(describeBackoff), {
    baseMs: total(backoffs.map(({ baseMs }) => baseMs)),
    capMs: total(backoffs.map(({ capMs }) => capMs)),
    delayMs: (...args) => total(backoffs.map((backoff) => backoff.delayMs(...args))),
  });
}

/** Never less than `min`. */
export function atLeast(backoff: Backoff, min: Duration): Backoff {
  const minMs = delayOf(min, 'atLeast.min');
  const { baseMs, capMs } = checked(backoff, 'atLeast.backoff');
  return composed('at-least', [describeBackoff(backoff)], {
    baseMs: Math.max(baseMs, minMs),
    capMs: Math.max(capMs, minMs),
    delayMs: (...args) => Math.max(backoff.delayMs(...args), minMs),
  });
}

/** Never more than `max`. */
export function atMost(backoff: Backoff, max: Duration): Backoff {
  const maxMs = delayOf(max, 'atMost.max');
  const { baseMs, capMs } = checked(backoff, 'atMost.backoff');
  return composed('at-most', [describeBackoff(backoff)], {
    baseMs: Math.min(baseMs, maxMs),
    capMs: Math.min(capMs, maxMs),
    delayMs: (...args) => Math.min(backoff.delayMs(...args), maxMs),
  });
}

/** The data of a backoff without its function, so that it can be written as JSON. */
export function describeBackoff({ kind, baseMs, capMs, parts }: Backoff): BackoffDescription {
  return Object.freeze({ kind, baseMs, capMs, ...(parts === undefined ? {} : { parts }) });
}

function composed(
  kind: BackoffDescription['kind'],
  parts: readonly BackoffPart[],
  rest: Pick<Backoff, 'baseMs' | 'capMs' | 'delayMs'>,
): Backoff {
  return Object.freeze({ kind, ...rest, parts: Object.freeze(parts.map((part) => Object.freeze(part))) });
}

/** What came before the part's own first retry is another part's delay. */
function ask(backoff: Backoff, own: number, random: Random, previousMs: number | undefined): number {
  return own === 1 ? backoff.delayMs(1, random) : backoff.delayMs(own, random, previousMs);
}

function checkedLink(link: unknown, index: number): ChainLink {
  if (!Array.isArray(link))
    throw new InvalidOptionError(`chain[${index}]`, 'must be a pair [backoff, times]');
  const [backoff, times] = link as readonly unknown[];
  if (typeof times !== 'number' || !Number.isSafeInteger(times) || times < 1) {
    throw new InvalidOptionError(`chain[${index}].times`, 'must be a whole number above 0');
  }
  return [checked(backoff, `chain[${index}]`), times];
}

function checked(value: unknown, field: string): Backoff {
  if (isBackoff(value)) return value;
  throw new InvalidOptionError(field, 'must be a backoff such as fullJitter("1s", "5m")');
}

function isBackoff(value: unknown): value is Backoff {
  return (
    typeof value === 'object' && value !== null && 'delayMs' in value && typeof value.delayMs === 'function'
  );
}
