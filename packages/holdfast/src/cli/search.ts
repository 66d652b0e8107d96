import { EXIT } from '../model/exit-code.ts';
import { exportLine } from '../formats/jsonl.ts';
import { write, writeLine } from './io.ts';
import { checkHeldSource } from './known-source.ts';
import { withStore } from '../status/open-reader.ts';
import type { SearchHit } from '../store/port.ts';
import { plain } from './terminal/escape.ts';
import type { Look } from './terminal/style.ts';
import { paint } from './terminal/style.ts';
import { fit } from './terminal/width.ts';
import { wholeNumber } from './usage-error.ts';
import type { Register } from './verb.ts';

interface SearchOptions {
  readonly json?: boolean;
  readonly limit: string;
  readonly source?: string;
  readonly category?: string;
}

/** `search`: papers whose text matches. */
export const register: Register = (command, run) => {
  command
    .option('--json', 'print one array of papers as in export')
    .option('--limit <number>', 'at most so many', '20')
    .option('--source <id>', 'of this source only')
    .option('--category <category>', 'of this category only')
    .action(
      run<SearchOptions>(({ io, options, look, resolved }, ...words) => {
        const { config } = resolved();
        return withStore(config, async (reader) => {
          const { source, category } = options;
          await checkHeldSource(config, reader, source);
          const hits = await reader.search(words.join(' '), {
            limit: wholeNumber(options.limit, '--limit', 1),
            ...(source === undefined ? {} : { source }),
            ...(category === undefined ? {} : { category }),
          });
          if (options.json === true) {
            await write(
              io.out,
              `[${hits.map(({ paper }) => `\n  ${exportLine(paper, true)}`).join(',')}\n]\n`,
            );
          } else if (hits.length === 0) await writeLine(io.out, 'No paper matches.');
          else
            await write(
              io.out,
              hits
                .flatMap((hit) => hitLines(hit, look))
                .join('\n')
                .concat('\n'),
            );
          return EXIT.ok;
        });
      }),
    );
};

function hitLines({ paper, snippet }: SearchHit, look: Look): string[] {
  const { fields } = paper;
  const id = plain(fields.id);
  const title = plain(fields.title ?? '(no title)');
  const authors = plain(fields.authors.map(({ name }) => name).join(', '));
  return [
    paint(look, 'bold', fit(title, look.columns)),
    fit(`  ${id}  ${fields.published ?? paper.datestamp}  ${paper.source}  ${authors}`, look.columns),
    ...(snippet === '' || snippet === fields.title
      ? []
      : [paint(look, 'dim', fit(`  ${plain(snippet)}`, look.columns))]),
    '',
  ];
}
