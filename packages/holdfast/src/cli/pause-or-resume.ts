import { EXIT } from '../model/exit-code.ts';
import { askOrDo } from './ask-or-do.ts';
import { writeLine } from './io.ts';
import { checkSource } from './known-source.ts';
import type { Register } from './verb.ts';

/** A verb that pauses or resumes the source that is named, or all; `says` gets their ids and whether an engine was asked. */
export function pauseOrResume(
  verb: 'pause' | 'resume',
  says: (ids: string, engineRuns: boolean) => string,
): Register {
  return (command, run) => {
    command.action(
      run(async ({ io, resolved }, source?: string) => {
        const { config } = resolved();
        if (source !== undefined) checkSource(config, source);
        let engineRuns = true;
        const ids = await askOrDo(io, config, {
          verb,
          args: source === undefined ? {} : { source },
          alone: (offline) => {
            engineRuns = false;
            return offline[verb](source);
          },
        });
        const outcome =
          ids.length === 0 ? `There is no source to ${verb}.` : says(ids.join(', '), engineRuns);
        await writeLine(io.out, outcome);
        return EXIT.ok;
      }),
    );
  };
}
