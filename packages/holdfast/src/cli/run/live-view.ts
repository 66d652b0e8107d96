import type { Timer } from '@holdfast/resilience/clock';
import type { Config } from '../../config/index.ts';
import type { RunEvent } from '../../daemon/supervisor-event.ts';
import { demoCommand } from '../command-name.ts';
import type { Io } from '../io.ts';
import type { Look } from '../terminal/style.ts';
import { paint } from '../terminal/style.ts';
import { fit } from '../terminal/width.ts';
import { wrap } from '../terminal/wrap.ts';
import { isOffline, ToldOnce } from './told-once.ts';
import type { RunView } from './view.ts';
import { sentenceOf } from './sentence.ts';
import type { SourceView } from './source-line.ts';
import { HEADING, newSourceView, sourceLines, sourceViewAfter } from './source-line.ts';

/** Events that are told in a sentence of their own above the live lines. */
const TOLD = new Set([
  'ready',
  'gap',
  'quarantine',
  'notice',
  'machine',
  'set-aside',
  'engine-exited',
  'cooling-down',
  'engine-hung',
  'child-exited',
  'child-hung',
  'recycling',
  'stopping',
  'done',
  'ended',
]);
const REDRAW_EVERY = 500;

/**
 * A live line per source at the bottom of the terminal, with news scrolling by above. Plain escape codes: the
 * lines drawn last are erased and drawn again, twice a second while there is something to count down.
 */
export class LiveView implements RunView {
  readonly #io: Io;
  readonly #look: Look;
  #sources: readonly SourceView[];
  readonly #once = new ToldOnce();
  #drawn = 0;
  #timer: Timer;

  constructor(io: Io, look: Look, config: Config) {
    this.#io = io;
    this.#look = look;
    this.#sources = config.sources.filter(({ enabled }) => enabled).map(({ id }) => newSourceView(id));
    this.#timer = this.#tick();
  }

  show(event: RunEvent): void {
    if (event.kind === 'ready') this.#sources = this.#sources.filter(({ id }) => event.sources.includes(id));
    this.#sources = this.#sources.map((view) => sourceViewAfter(view, event));
    const worthTelling = TOLD.has(event.kind) || isOffline(event);
    const sentence =
      worthTelling && this.#once.isNew(event) ? sentenceOf(event, demoCommand(this.#io.env)) : null;
    if (sentence !== null) this.#draw(wrap(fit(sentence, this.#columns() * 6), this.#columns()));
  }

  end(): void {
    this.#timer.cancel();
    this.#draw([]);
  }

  #tick(): Timer {
    return this.#io.clock.timer(
      REDRAW_EVERY,
      () => {
        this.#draw([]);
        this.#timer = this.#tick();
      },
      { unref: true },
    );
  }

  #draw(news: readonly string[]): void {
    const columns = this.#columns();
    const now = this.#io.clock.now();
    const lines = [
      paint(this.#look, 'dim', fit(HEADING, columns)),
      ...this.#sources.flatMap((view) => sourceLines(view, now, columns)),
    ];
    const back = this.#drawn > 0 ? `\u001b[${this.#drawn}A\r\u001b[J` : '';
    this.#io.out.write(`${back}${[...news, ...lines].join('\n')}\n`);
    this.#drawn = lines.length;
  }

  /** One less than the terminal has: a full line would be followed by an empty one on some. */
  #columns(): number {
    return (this.#io.out.columns || this.#look.columns) - 1;
  }
}
