import type { Clock } from '../clock/clock.ts';
import type { Random } from '../clock/random.ts';
import { tell } from '../events/publish.ts';
import type { SupervisedSession } from '../session/supervised-session.ts';
import type { Journal } from './journal.ts';
import type { OperationEvent } from './operation-event.ts';
import { OperationStopped } from './operation-error.ts';
import type { Tally } from './tally.ts';

/** An event without the name of the operation. */
export type EventOf<E = OperationEvent> = E extends OperationEvent ? Omit<E, 'operation'> : never;

/** What all surroundings of one run share. */
export interface RunSetup<V, Tx> {
  readonly key: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly signal: AbortSignal;
  readonly journal: Journal<Tx>;
  readonly tally: Tally;
  readonly session: SupervisedSession<V> | undefined;
  readonly dryRun: boolean;
  readonly maxItems: number;
  readonly concurrency: number;
  readonly stepDeadlineMs: number | undefined;
  readonly onEvent: ((event: OperationEvent) => void) | undefined;
}

/** One run of an operation: open -> stopped, once an item was not begun because `maxItems` were. */
export class OperationRun<V, Tx> {
  readonly setup: RunSetup<V, Tx>;
  #itemsLeft: number;
  #stop: OperationStopped | undefined;

  constructor(setup: RunSetup<V, Tx>) {
    this.setup = setup;
    this.#itemsLeft = setup.maxItems;
  }

  /** Set once the run has left something for the next one. */
  get stop(): OperationStopped | undefined {
    return this.#stop;
  }

  /** Tells what `build` makes; it is not called when nobody would hear. */
  emit(build: () => EventOf): void {
    const { onEvent, key } = this.setup;
    tell('operation', onEvent, () => ({ ...build(), operation: key }));
  }

  /** Whether one more item may begin. */
  takeItem(): boolean {
    if (this.#itemsLeft > 0) {
      this.#itemsLeft -= 1;
      return true;
    }
    this.#stop ??= new OperationStopped(this.setup.key);
    return false;
  }

  /** The item that was taken has items of its own, which count in its place. */
  giveItemBack(): void {
    this.#itemsLeft += 1;
  }
}
