import type { Config } from '../config/config.ts';
import type { StartNews } from '../model/engine-message.ts';

/** The supervisor's first message: everything the engine needs. */
export interface StartMessage extends StartNews {
  readonly type: 'start';
  readonly config: Config;
  readonly once: boolean;
  /** When the run began, wall ms; the same for every engine that the supervisor starts. */
  readonly startedAt: number;
  /** Only these sources; all when left out. */
  readonly sources?: readonly string[];
}
