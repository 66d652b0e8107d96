import { InvalidOptionError } from '../errors.ts';

/** Which calls a fault is meant for. */
export interface Schedule {
  /** The first call it may meet, counted from 1. */
  readonly from: number;
  /** At most so many faults. */
  readonly most: number;
  /** So many faults must have happened for the plan to be fulfilled. */
  readonly planned: number;
  /** The name before the `@`, if there was one. */
  readonly name?: string;
}

const TEXT = /^([\w-]*)@([1-9]\d{0,8})(?:x([1-9]\d{0,8}))?$/;

/**
 * `3`: at most three, whichever calls they meet, and one is enough. `"@2"`: the second call. `"reset@2x3"`: three times
 * from the second call on, under the name `reset`; all three are planned.
 * @throws InvalidOptionError
 */
export function parseSchedule(times: number | string | undefined): Schedule {
  if (times === undefined) return { from: 1, most: Number.POSITIVE_INFINITY, planned: 1 };
  if (typeof times === 'number' && Number.isSafeInteger(times) && times > 0) {
    return { from: 1, most: times, planned: 1 };
  }
  const [, name, from, count = '1'] = (typeof times === 'string' ? TEXT.exec(times) : null) ?? [];
  if (from === undefined) {
    throw new InvalidOptionError(
      'chaos.times',
      'must be a whole number above 0 or a text such as "reset@2x3"',
    );
  }
  const most = Number(count);
  return { from: Number(from), most, planned: most, ...(name === undefined || name === '' ? {} : { name }) };
}
