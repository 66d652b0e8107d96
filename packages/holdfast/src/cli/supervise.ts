import { partUrl } from './by-path.ts';
import { EXIT } from '../model/exit-code.ts';
import { flagWords } from './start/flag-words.ts';
import type { Register } from './verb.ts';

/**
 * `supervise`: runs engine and page server in the foreground and logs to files, for service managers and containers.
 * As the first word the launcher starts it without loading the command line; after other words it comes here.
 */
export const register: Register = (command, run) => {
  command.action(
    run(async ({ options }) => {
      const part = (await import(partUrl('daemon/main').href)) as {
        main(flags: readonly string[]): Promise<void>;
      };
      await part.main(flagWords(options));
      return EXIT.ok;
    }),
  );
};
