import type { Config } from '../config/config.ts';
import type { StartNews } from '../model/engine-message.ts';

/** The supervisor's first message to the server: everything it needs. */
export interface ServerStart extends StartNews {
  readonly type: 'start';
  readonly config: Config;
}
