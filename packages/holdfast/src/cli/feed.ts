import { EXIT } from '../model/exit-code.ts';
import { feedLine } from '../model/feed-line.ts';
import { feedPages } from '../proof/feed-pages.ts';
import { withStore } from '../status/open-reader.ts';
import { write } from './io.ts';
import { checkHeldSource } from './known-source.ts';
import { wholeNumber } from './usage-error.ts';
import type { Register } from './verb.ts';

interface FeedOptions {
  readonly sinceSeq?: string;
  readonly untilSeq?: string;
  readonly source?: string;
}

/** `feed`: the changes as lines of JSON in `seq` order; these are the bytes that a proof is bound to. */
export const register: Register = (command, run) => {
  command
    .option('--since-seq <number>', 'changes whose seq is greater')
    .option('--until-seq <number>', 'changes up to this seq')
    .option('--source <id>', 'changes of this source only')
    .action(
      run<FeedOptions>(({ io, options, resolved }) => {
        const { source, sinceSeq, untilSeq } = options;
        const range = {
          since: BigInt(wholeNumber(sinceSeq ?? '0', '--since-seq')),
          ...(untilSeq === undefined ? {} : { until: BigInt(wholeNumber(untilSeq, '--until-seq')) }),
        };
        const { config } = resolved();
        return withStore(config, async (reader) => {
          await checkHeldSource(config, reader, source);
          for await (const page of feedPages(reader, range)) {
            const wanted = source === undefined ? page : page.filter((change) => change.source === source);
            const text = wanted.map((change) => `${feedLine(change)}\n`).join('');
            if (text !== '') await write(io.out, text);
          }
          return EXIT.ok;
        });
      }),
    );
};
