import type { StoredPaper } from '../model/paper.ts';
import { EXIT } from '../model/exit-code.ts';
import { exportLine } from '../formats/jsonl.ts';
import { findPapers } from './find-papers.ts';
import { write } from './io.ts';
import { withStore } from '../status/open-reader.ts';
import { plain } from './terminal/escape.ts';
import type { Look } from './terminal/style.ts';
import { paint } from './terminal/style.ts';
import { wrap } from './terminal/wrap.ts';
import type { Register } from './verb.ts';

interface ShowOptions {
  readonly json?: boolean;
  readonly history?: boolean;
  readonly source?: string;
}

/** `show`: one paper, by any form of its identifier. */
export const register: Register = (command, run) => {
  command
    .option('--json', 'print one array of papers as in export')
    .option('--history', 'every version that is held, newest first')
    .option('--source <id>', 'of this source only')
    .action(
      run<ShowOptions>(({ io, options, look, resolved }, id = '') =>
        withStore(resolved().config, async (reader) => {
          const found = await findPapers(reader, id, options.source);
          const papers = options.history === true ? found : newestOfEach(found);
          const text =
            options.json === true
              ? `[${papers.map((paper) => `\n  ${exportLine(paper, true)}`).join(',')}\n]\n`
              : `${papers.map((paper) => paperLines(paper, look).join('\n')).join('\n\n')}\n`;
          await write(io.out, text);
          return EXIT.ok;
        }),
      ),
    );
};

/** Two sources may hold the same identifier: the newest version of each is shown. */
function newestOfEach(papers: readonly StoredPaper[]): readonly StoredPaper[] {
  return papers.filter(
    ({ source, fields }, index) =>
      papers.findIndex((each) => each.source === source && each.fields.id === fields.id) === index,
  );
}

function paperLines({ source, datestamp, fields }: StoredPaper, look: Look): string[] {
  const marks = [fields.deleted ? 'deleted upstream' : '', fields.withdrawn ? 'withdrawn' : ''].filter(
    (mark) => mark !== '',
  );
  const facts: readonly (readonly [string, string | null])[] = [
    ['Id', `${fields.id}${fields.version === null ? '' : ` version ${fields.version}`} (${source})`],
    ['State', marks.length === 0 ? null : marks.join(', ')],
    ['Authors', fields.authors.map(({ name }) => name).join(', ') || null],
    ['Categories', fields.categories.join(', ') || null],
    ['Published', fields.published],
    ['Updated', fields.updated],
    ['Stamped', datestamp],
    ['DOI', fields.doi],
    ['Journal', fields.journalRef],
    ['Comment', fields.comment],
    ['License', fields.license],
    ...Object.entries(fields.urls).map(([role, url]) => [role, url] as const),
  ];
  return [
    ...wrap(plain(fields.title ?? '(no title)'), look.columns).map((line) => paint(look, 'bold', line)),
    ...facts.flatMap(([name, value]) => (value === null ? [] : factLines(plain(name), plain(value), look))),
    ...(fields.abstract === null ? [] : ['', ...wrap(plain(fields.abstract), look.columns)]),
  ];
}

function factLines(name: string, value: string, look: Look): string[] {
  const lines = wrap(value, look.columns - 12);
  return lines.map((line, index) => `${(index === 0 ? name : '').padEnd(12)}${line}`);
}
