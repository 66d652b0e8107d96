import { classify } from '@holdfast/resilience';
import type { Clock } from '@holdfast/resilience/clock';
import type { IntegrityFinding, SpotPlace, Store } from '../store/port.ts';

/** What the checks of a running engine work with. */
export interface SpotCheckOptions {
  readonly store: Pick<Store, 'spotCheck'>;
  readonly clock: Clock;
  /** Records are being committed at this moment. */
  readonly isBusy: () => boolean;
  /** A sentence when something is not what was written; null after a whole round, or `verify`, in which all was well. */
  readonly onResult: (summary: string | null) => void;
}

/** The harvest has more to do at its start, ms. */
const FIRST_MS = 30_000;
const EVERY_MS = 5_000;
const BUSY_MS = 20_000;
/** Rows at a time: a few milliseconds. */
const ROWS = 25;
/** So many damaged things are told apart; there is no need to count further. */
const MOST = 1_000;

/**
 * Looks at a little of the store every few seconds, round and round, so that damage is told long before somebody
 * needs what is damaged. Modes: *well so far*, *found* (until a whole round finds nothing, or `verify` says so).
 */
export class SpotChecks {
  readonly #options: SpotCheckOptions;
  readonly #found = new Map<string, IntegrityFinding>();
  #place: SpotPlace | null = null;
  /** Whether this round has found anything. */
  #isRoundClean = true;

  constructor(options: SpotCheckOptions) {
    this.#options = options;
  }

  /** Goes on until `signal` aborts. */
  async run(signal: AbortSignal): Promise<void> {
    const { clock, isBusy } = this.#options;
    const rest = (ms: number): Promise<void> => clock.sleep(ms, { signal }).catch(() => undefined);
    await rest(FIRST_MS);
    while (!signal.aborted) {
      await this.step();
      await rest(isBusy() ? BUSY_MS : EVERY_MS);
    }
  }

  /** Checks the next rows. */
  async step(): Promise<void> {
    try {
      const { findings, next } = await this.#options.store.spotCheck(this.#place, ROWS);
      this.#place = next;
      this.#note(findings);
    } catch (error) {
      // A store that cannot be opened or read as a whole is waited for by the commits, visibly; damage is told here.
      const code = (error as { readonly code?: unknown }).code;
      if (code === 'ERR_STORE_CORRUPT')
        this.#note([{ what: 'file', key: 'store', problem: (error as Error).message }]);
      else if (classify(error).category !== 'local') throw error;
      return;
    }
    if (this.#place !== null) return;
    if (this.#isRoundClean) this.#well();
    this.#isRoundClean = true;
  }

  /** `verify` has computed everything again: its word counts for more than a part of ours. */
  verified(findings: readonly IntegrityFinding[]): void {
    if (findings.length === 0) {
      this.#isRoundClean = true;
      this.#well();
    } else this.#note(findings);
  }

  #well(): void {
    this.#found.clear();
    this.#options.onResult(null);
  }

  #note(findings: readonly IntegrityFinding[]): void {
    if (findings.length === 0) return;
    this.#isRoundClean = false;
    const known = this.#found.size;
    for (const finding of findings)
      if (this.#found.size < MOST)
        this.#found.set(`${finding.what} ${finding.key} ${finding.problem}`, finding);
    // The same thing once more is no news.
    if (this.#found.size > known) this.#options.onResult(summaryOf([...this.#found.values()]));
  }
}

function summaryOf(found: readonly IntegrityFinding[]): string {
  const [{ what, key, problem } = { what: 'file', key: '', problem: '' }] = found;
  const more = found.length > 1 ? `, and ${String(found.length - 1)} more` : '';
  return `the store does not hold what was written: ${what} ${key}: ${problem}${more} (holdfast verify names all)`;
}
