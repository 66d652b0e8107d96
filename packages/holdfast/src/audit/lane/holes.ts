import { addDays, type Day } from '../../model/day.ts';

/** Numbers that the upstream was asked for and does not have, by series. */
export type Holes = Readonly<Record<string, Hole>>;

/** Those of one series. */
export interface Hole {
  /** When they were last asked for. */
  readonly asked: Day;
  /** `3,7-12`: in rising order, so that a list is as short as its runs are long. */
  readonly numbers: string;
}

/** The end of a series is so recent that a hole may still be filled, days: silent gaps are, a day or days later. */
const YOUNG_DAYS = 90;
/** Older holes are asked for again after so many days. */
const AGAIN_DAYS = 180;

/** The numbers of a text as `Hole` has it. */
export function numbersOf(text: string): number[] {
  return text
    .split(',')
    .filter((part) => part !== '')
    .flatMap((part) => {
      const [first = 0, last = first] = part.split('-').map(Number);
      return Array.from({ length: last - first + 1 }, (_, place) => first + place);
    });
}

/** The text of some numbers. */
export function textOfNumbers(numbers: Iterable<number>): string {
  const runs: [number, number][] = [];
  for (const number of [...new Set(numbers)].sort((a, b) => a - b)) {
    const run = runs.at(-1);
    if (run !== undefined && run[1] === number - 1) run[1] = number;
    else runs.push([number, number]);
  }
  return runs
    .map(([first, last]) => (first === last ? String(first) : `${String(first)}-${String(last)}`))
    .join(',');
}

/** The numbers of a series that need not be asked for today. `ends`: the first day after the series. */
export function settledHoles(hole: Hole | undefined, ends: Day, today: Day): ReadonlySet<number> {
  if (hole === undefined) return new Set();
  const young = ends > addDays(today, -YOUNG_DAYS);
  const longAgo = hole.asked <= addDays(today, -AGAIN_DAYS) || hole.asked > today;
  return new Set(young || longAgo ? [] : numbersOf(hole.numbers));
}

/** The holes with what an answer said of some numbers: those that are absent, and those that exist after all. */
export function withAnswer(
  holes: Holes,
  series: string,
  today: Day,
  { absent, present }: { readonly absent: readonly number[]; readonly present: readonly number[] },
): Holes {
  const there = new Set(present);
  const known = numbersOf(holes[series]?.numbers ?? '').filter((number) => !there.has(number));
  const { [series]: _before, ...rest } = holes;
  const numbers = textOfNumbers([...known, ...absent]);
  return numbers === '' ? rest : { ...rest, [series]: { asked: today, numbers } };
}
