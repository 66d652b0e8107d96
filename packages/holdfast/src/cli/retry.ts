import { HoldfastError } from '../model/error.ts';
import { askOrDo } from './ask-or-do.ts';
import { nearest } from '../config/index.ts';
import { EXIT } from './exit-code.ts';
import { writeLine } from './io.ts';
import type { Register } from './verb.ts';

/** `retry`: ends our own waiting for a source; a Retry-After and the minimum interval are still kept. */
export const register: Register = (command, run) => {
  command.action(
    run(async ({ io, resolved }, source = '') => {
      const { config } = resolved();
      const ids = config.sources.map(({ id }) => id);
      if (!ids.includes(source)) {
        const meant = nearest(source, ids);
        throw new HoldfastError('ERR_USAGE_SOURCE', `There is no source "${source}".`, {
          hint: meant === undefined ? `Sources: ${ids.join(', ')}.` : `Did you mean ${meant}?`,
        });
      }
      const done = await askOrDo(io, config, {
        verb: 'retry',
        args: { source },
        alone: (offline) => offline.retry(source),
      });
      await writeLine(
        io.out,
        done
          ? `${source} is asked again as soon as its upstream allows.`
          : `${source} waits for nothing that could be ended.`,
      );
      return EXIT.ok;
    }),
  );
};
