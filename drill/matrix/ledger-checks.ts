import type { Ledger } from '../upstream/ledger.ts';
import { check, type Check } from '../fault.ts';

/**
 * After each answer with this fault no request comes for `waitMs`, and then one. The simulator's clock measures
 * from the end of its answer to the next request.
 */
export function pausesAfter(ledger: Ledger, fault: string, waitMs: number): Check {
  const pauses = ledger.exchanges.flatMap(({ response }, index) => {
    if (response?.fault !== fault) return [];
    const next = ledger.exchanges[index + 1];
    return next === undefined ? [] : [next.request.at - response.at];
  });
  const what = `no request within ${String(waitMs)} ms after each answer ${fault}`;
  return check(
    what,
    pauses.length > 0 && pauses.every((pause) => pause >= waitMs),
    `pauses of ${pauses.join(', ')} ms`,
  );
}

/** Requests that came after the last answer with this fault. */
export function requestsAfter(ledger: Ledger, fault: string): number {
  const last = ledger.exchanges.findLastIndex(({ response }) => response?.fault === fault);
  return ledger.exchanges.length - 1 - last;
}

/**
 * I8: no request comes sooner after the one before than the interval that was configured. The product counts from the
 * end of an answer, which is later still: so this holds however late a loaded machine lets the ledger be written.
 */
export function spaced({ exchanges }: Ledger, intervalMs: number): Check {
  const pauses = exchanges.flatMap(({ request }, index) => {
    const before = exchanges[index - 1];
    return before === undefined ? [] : [request.at - before.request.at];
  });
  const least = Math.min(...pauses);
  return check(
    `no request within ${String(intervalMs)} ms of the one before`,
    pauses.every((pause) => pause >= intervalMs),
    pauses.length === 0 ? 'one request' : `${String(least)} ms at least`,
    'I8',
  );
}
