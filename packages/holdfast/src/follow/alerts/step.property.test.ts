import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Incident, IncidentCause } from '../../model/incident.ts';
import { incident, MINUTE } from '../testing/alert-scene.ts';
import { EMPTY_BOOK, readBook, writeBook } from './book.ts';
import type { Book } from './book.ts';
import type { AlertMessage } from './message.ts';
import { step } from './step.ts';

const CAUSES: readonly IncidentCause[] = ['outage', 'gap', 'stale', 'offline', 'asleep', 'crash'];
const SCOPES = ['a', 'b', 'c'];
const OUTAGE_AFTER = 15 * MINUTE;
const rules = { outageAfter: OUTAGE_AFTER, url: null, channels: ['channel'] };

/** One thing that happens, and how long nothing does afterwards. */
interface Deed {
  readonly cause: IncidentCause;
  readonly scope: string;
  readonly opens: boolean;
  readonly minutes: number;
}

const deed: fc.Arbitrary<Deed> = fc.record({
  cause: fc.constantFrom(...CAUSES),
  scope: fc.constantFrom(...SCOPES),
  opens: fc.boolean(),
  minutes: fc.integer({ min: 0, max: 40 }),
});

/** A history of incidents that is looked at every minute; the book goes through its written form each time. */
class History {
  now = 1_000_000 * MINUTE;
  incidents: Incident[] = [];
  #book: Book = EMPTY_BOOK;
  #number = 0;

  get messages(): readonly AlertMessage[] {
    return this.#book.outbox.map(({ message }) => message);
  }

  get told(): ReadonlySet<string> {
    return new Set(
      this.#book.alerts.flatMap(({ state, incidents }) => (state.kind === 'told' ? incidents : [])),
    );
  }

  isOpen(cause: IncidentCause, scope: string): boolean {
    return this.incidents.some(
      (each) => each.cause === cause && each.scope === scope && each.recoveredAt === null,
    );
  }

  do({ cause, scope, opens }: Deed): void {
    if (!opens) this.recover((each) => each.cause === cause && each.scope === scope);
    else if (!this.isOpen(cause, scope))
      this.incidents.push(incident(cause, this.now, { scope, id: `inc-${(this.#number += 1)}` }));
  }

  recover(which: (incident: Incident) => boolean): void {
    this.incidents = this.incidents.map((each) =>
      each.recoveredAt === null && which(each) ? { ...each, recoveredAt: this.now } : each,
    );
  }

  pass(minutes: number): void {
    for (let minute = 0; minute <= minutes; minute += 1) {
      const view = {
        incidents: this.incidents,
        supervisor: null,
        engineAnswers: true,
        engineTells: true,
        problem: null,
        store: { records: 0, quarantined: 0, gapsOpen: 0 },
        now: this.now,
      };
      const once = step(this.#book, view, rules);
      // A look that sees nothing new tells nothing new.
      expect(step(once, view, rules)).toEqual(once);
      this.#book = readBook(writeBook(once, undefined));
      if (minute < minutes) this.now += MINUTE;
    }
  }
}

describe('whatever happens', () => {
  it('each opening is told once, its recovery once and after it, and what lasts is told in the end', () => {
    let [openings, silent] = [0, 0];
    fc.assert(
      fc.property(fc.array(deed, { minLength: 1, maxLength: 25 }), (deeds) => {
        const history = new History();
        for (const each of deeds) {
          history.do(each);
          history.pass(each.minutes);
        }
        // Our own states end; then everything that is still wrong has to be known within the hour.
        history.recover(({ cause }) => cause === 'offline' || cause === 'asleep');
        history.pass(60);
        const { told } = history;
        for (const { id, cause, recoveredAt } of history.incidents)
          if (recoveredAt === null && cause !== 'crash') expect(told.has(id), `${cause} ${id}`).toBe(true);

        history.recover(() => true);
        history.pass(30);
        expect(history.told.size).toBe(0);
        const ids = history.messages.map(({ id }) => id);
        expect(new Set(ids).size).toBe(ids.length);
        for (const { id, event, cause } of history.messages) {
          expect(['outage', 'gap', 'stale']).toContain(cause);
          if (event === 'recovered')
            expect(ids.indexOf(id.replace(':recovered', ':opened'))).toBeLessThan(ids.indexOf(id));
        }
        const opened = history.messages.filter(({ event }) => event === 'opened').length;
        expect(history.messages).toHaveLength(2 * opened);
        openings += opened;
        silent += opened === 0 ? 1 : 0;
      }),
      { numRuns: 150, seed: 20_261_122 },
    );
    expect(openings).toBeGreaterThan(150);
    expect(silent).toBeGreaterThan(0);
  });
});
