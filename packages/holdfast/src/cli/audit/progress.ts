import type { AuditRun } from '../../model/audit.ts';
import type { Io } from '../io.ts';
import { grouped } from '../status/quantities.ts';
import { plain } from '../terminal/escape.ts';
import { lookOf, type LookFlags } from '../terminal/style.ts';
import { fit } from '../terminal/width.ts';

/** Without a terminal a run is told so often at most, ms. */
const EVERY = 30_000;

/**
 * Shows on standard error how audits go on: on a terminal a line that is drawn again, else a line when a run begins,
 * now and then, and when it ends.
 */
export class AuditProgress {
  readonly #io: Pick<Io, 'err' | 'clock'>;
  readonly #isLive: boolean;
  readonly #columns: number;
  readonly #told = new Map<
    string,
    { readonly text: string; readonly state: AuditRun['state']; readonly at: number }
  >();
  readonly #waits = new Map<string, string>();
  #isDrawn = false;

  constructor({
    io,
    options,
  }: {
    readonly io: Pick<Io, 'err' | 'clock' | 'env'>;
    readonly options: LookFlags;
  }) {
    const look = lookOf({ out: io.err, env: io.env }, options);
    this.#io = io;
    this.#isLive = look.fancy;
    this.#columns = look.columns;
  }

  show(run: AuditRun): void {
    const text = progressOf(run);
    const before = this.#told.get(run.id);
    if (before?.text === text) return;
    const now = this.#io.clock.monotonic();
    const isNews = before === undefined || before.state !== run.state;
    if (this.#isLive && run.state === 'running') this.#draw(text);
    else if (isNews || now - before.at >= EVERY) this.say(text);
    else return;
    this.#told.set(run.id, { text, state: run.state, at: now });
  }

  /** What keeps a source from asking; the same is told once. */
  waits(source: string, why: string): void {
    if (this.#waits.get(source) === why) return;
    this.#waits.set(source, why);
    this.say(`${source}: ${why}`);
  }

  /** A line that stays. */
  say(text: string): void {
    this.#erase();
    this.#io.err.write(`${plain(text)}\n`);
  }

  end(): void {
    this.#erase();
  }

  #draw(text: string): void {
    this.#erase();
    this.#io.err.write(fit(plain(text), this.#columns - 1));
    this.#isDrawn = true;
  }

  #erase(): void {
    if (this.#isDrawn) this.#io.err.write('\r\u001b[K');
    this.#isDrawn = false;
  }
}

/** How a run stands: what it asks, how much of its budget is used and what it found. */
export function progressOf({
  source,
  state,
  requests,
  budget,
  listed,
  missing,
  probed,
  note,
}: AuditRun): string {
  const facts = [
    `${grouped(requests)} of ${grouped(budget)} requests`,
    `${grouped(listed)} listed`,
    `${grouped(missing)} missing`,
    ...(probed === 0 ? [] : [`${grouped(probed)} probed`]),
  ].join(', ');
  const does = note === '' ? (state === 'running' ? 'asks' : state) : note;
  return `${source}: ${facts}; ${does}`;
}
