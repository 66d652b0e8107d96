import type { Config } from '../../config/index.ts';
import type { RunEvent } from '../../daemon/supervisor-event.ts';
import { demoCommand } from '../command-name.ts';
import type { Io } from '../io.ts';
import type { Look } from '../terminal/style.ts';
import { LiveView } from './live-view.ts';
import { sentenceOf } from './sentence.ts';
import { isOffline, ToldOnce } from './told-once.ts';
import type { RunView } from './view.ts';

/**
 * A live line per source on a terminal that can redraw, sentences on one that cannot, else lines of JSON. Who asks
 * for plain output gets sentences also without a terminal.
 */
export function viewFor(io: Io, look: Look, config: Config, plain = false): RunView {
  return io.out.isTTY === true || plain ? peopleView(io, look, config) : new JsonView(io);
}

/** For people in any case: live lines where they can be drawn, else sentences. */
export function peopleView(io: Io, look: Look, config: Config): RunView {
  if (look.fancy) return new LiveView(io, look, config);
  const once = new ToldOnce();
  return { show: (event) => (once.isNew(event) ? showSentence(io, event) : undefined), end: () => undefined };
}

/** Lines of JSON on standard output; what a person must not miss is also said once on standard error. */
class JsonView implements RunView {
  readonly #io: Io;
  readonly #once = new ToldOnce();

  constructor(io: Io) {
    this.#io = io;
  }

  show(event: RunEvent): void {
    this.#io.out.write(`${JSON.stringify(event)}\n`);
    const forPeople = event.kind === 'notice' || isOffline(event);
    if (forPeople && this.#once.isNew(event))
      this.#io.err.write(`holdfast: ${sentenceOf(event, demoCommand(this.#io.env)) ?? ''}\n`);
  }

  end(): void {
    // Nothing is drawn in place.
  }
}

function showSentence({ out, env }: Io, event: RunEvent): void {
  const sentence = sentenceOf(event, demoCommand(env));
  if (sentence !== null) out.write(`${new Date(event.at).toISOString()} ${sentence}\n`);
}
