import { askOrDo } from './ask-or-do.ts';
import { EXIT } from '../model/exit-code.ts';
import { writeLine } from './io.ts';
import { checkSource } from './known-source.ts';
import type { Register } from './verb.ts';

/** `retry`: ends our own waiting for a source; a Retry-After and the minimum interval are still kept. */
export const register: Register = (command, run) => {
  command.action(
    run(async ({ io, resolved }, source = '') => {
      const { config } = resolved();
      checkSource(config, source);
      let engineRuns = true;
      const done = await askOrDo(io, config, {
        verb: 'retry',
        args: { source },
        alone: (offline) => {
          engineRuns = false;
          return offline.retry(source);
        },
      });
      await writeLine(io.out, outcome(source, done, engineRuns));
      return EXIT.ok;
    }),
  );
};

function outcome(source: string, done: boolean, engineRuns: boolean): string {
  if (!done) return `${source} waits for nothing that could be ended.`;
  return engineRuns
    ? `${source} is asked again as soon as its upstream allows.`
    : `No engine runs. The waits of ${source} are ended: it is asked once a harvest runs (holdfast run).`;
}
