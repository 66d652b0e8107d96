const numbers = new Intl.NumberFormat('en-US');

/** So many of something in words, such as `1,204 records`; thousands of days ask for it, so the usual case is short. */
export function countOf(count: number, what: string): string {
  return `${count < 1_000 ? String(count) : numbers.format(count)} ${what}${count === 1 ? '' : 's'}`;
}
