import type { RunEvent } from '../../daemon/supervisor-event.ts';

/** Shows what a run tells. */
export interface RunView {
  show(event: RunEvent): void;
  /** Leaves the terminal as it was found. */
  end(): void;
}
