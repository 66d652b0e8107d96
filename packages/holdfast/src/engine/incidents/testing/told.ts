import type { EngineEvent, WaitNotice } from '../../../model/event.ts';
import type { Incident } from '../../../model/incident.ts';
import { emptyBook, type Book, type BookSource } from '../book.ts';
import { turn, type BookInput } from '../turn.ts';

/** The beginning of every book, wall ms. */
export const START = Date.UTC(2026, 4, 18, 12);
export const SECOND = 1_000;
export const MINUTE = 60 * SECOND;

/** A book that is turned step by step; `at` counts in ms from its beginning. */
export class Told {
  book: Book;

  constructor(sources: readonly BookSource[]) {
    this.book = emptyBook(sources);
  }

  turn(
    at: number,
    input: BookInput extends infer Each ? (Each extends BookInput ? Omit<Each, 'at'> : never) : never,
  ): void {
    this.book = turn(this.book, { ...input, at: START + at });
  }

  event(at: number, event: object): void {
    this.turn(at, { type: 'event', event: { at: START + at, ...event } as EngineEvent });
  }

  fails(
    at: number,
    source: string,
    attempt = 1,
    why: WaitNotice['why'] = 'backoff',
    code = 'ECONNREFUSED',
  ): void {
    const message = `connect ${code}`;
    const wait = {
      why,
      reason: message,
      until: START + at + SECOND,
      attempt,
      error: { code, message, hint: '' },
    };
    this.event(at, { kind: 'wait', source, wait });
  }

  commits(at: number, source: string, inserted = 0): void {
    this.event(at, {
      kind: 'commit',
      source,
      window: 'w',
      look: 1,
      inserted,
      updated: 0,
      unchanged: 0,
      restamped: 0,
      quarantined: 0,
      missing: 0,
    });
  }

  ticks(from: number, to: number): void {
    for (let at = from; at <= to; at += SECOND) this.turn(at, { type: 'tick' });
  }

  get all(): readonly Incident[] {
    return [...this.book.incidents.values()];
  }

  get open(): readonly string[] {
    return this.all
      .filter(({ recoveredAt }) => recoveredAt === null)
      .map(({ cause, scope }) => `${cause}:${scope}`);
  }
}
