import type { Moment } from './moment.ts';
import type { Stage } from './stage.ts';
import { strike } from './strike.ts';
import type { Strike } from './strike.ts';

/** That the fault fired, and when; or why that is not known. */
export type Proof = { readonly fired: string } | { readonly missed: string };

/** Lets the fault of a row strike once and keeps what proves it. */
export class Strikes {
  readonly #stage: Stage;
  #done: { readonly when: ReturnType<Moment>; readonly blow: Strike | { readonly error: unknown } } | null =
    null;

  constructor(stage: Stage) {
    this.#stage = stage;
  }

  /** Strikes; `moment` is asked right before. @throws when there is nothing to strike. */
  async now(request: string, moment: Moment): Promise<void> {
    const when = moment();
    try {
      this.#done = { when, blow: await strike(this.#stage, request) };
    } catch (error) {
      this.#done = { when, blow: { error } };
      throw error;
    }
  }

  /** Waits until the fault is over. */
  async proof(): Promise<Proof> {
    if (this.#done === null) return { missed: 'the moment of the fault never came' };
    const { when, blow } = this.#done;
    if ('error' in blow) return { missed: `the fault could not strike: ${String(blow.error)}` };
    if (!when.fits) return { missed: `the fault struck in another phase: ${when.what}` };
    const what = await blow.proof();
    return what === null ? { missed: 'the fault did not fire' } : { fired: `${what}, ${when.what}` };
  }
}
