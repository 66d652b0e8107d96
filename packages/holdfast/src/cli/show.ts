import type { HistoryEntry } from '../model/item.ts';
import type { StoredPaper } from '../model/paper.ts';
import type { Related } from '../store/port.ts';
import { EXIT } from '../model/exit-code.ts';
import { exportLine } from '../formats/jsonl.ts';
import { findPapers } from './find-papers.ts';
import { write } from './io.ts';
import { differences } from './show/differences.ts';
import { historyLines, isWithdrawal, sourceVersionLines } from './show/history-lines.ts';
import { relatedLines } from './show/related-lines.ts';
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

/** `show`: one paper, by any form of its identifier; what else is the same work, and how it became what it is. */
export const register: Register = (command, run) => {
  command
    .option('--json', 'print one array of papers as in export')
    .option('--history', 'every version that is held, newest first, with what it changed')
    .option('--source <id>', 'of this source only')
    .action(
      run<ShowOptions>(({ io, options, look, resolved }, id = '') =>
        withStore(resolved().config, async (reader) => {
          const found = await findPapers(reader, id, options.source);
          const records: Shown[] = [];
          for (const [paper, ...older] of recordsOf(found)) {
            if (paper === undefined) continue;
            const { source, fields } = paper;
            records.push({
              versions: [paper, ...older],
              related: await reader.related(source, fields.id),
              listed: options.history === true ? await reader.history(source, fields.id) : [],
            });
          }
          await write(
            io.out,
            options.json === true ? asJson(records, options) : asText(records, options, look),
          );
          return EXIT.ok;
        }),
      ),
    );
};

/** One record, its versions newest first. */
interface Shown {
  readonly versions: readonly [StoredPaper, ...StoredPaper[]];
  readonly related: Related;
  /** The versions that its source lists. */
  readonly listed: readonly HistoryEntry[];
}

/** Two sources may hold the same identifier. */
function recordsOf(papers: readonly StoredPaper[]): readonly (readonly StoredPaper[])[] {
  const key = ({ source, fields }: StoredPaper): string => JSON.stringify([source, fields.id]);
  return [...Map.groupBy(papers, key).values()];
}

function asText(records: readonly Shown[], { history }: ShowOptions, look: Look): string {
  const texts = records.map(({ versions, related, listed }) =>
    [
      ...paperLines(versions[0], look),
      ...relatedLines(related, look),
      ...(history === true ? [...historyLines(versions, look), ...sourceVersionLines(listed, look)] : []),
    ].join('\n'),
  );
  return `${texts.join('\n\n')}\n`;
}

/** The papers as in an export; the newest of each record tells more of it. */
function asJson(records: readonly Shown[], { history }: ShowOptions): string {
  const lines = records.flatMap(({ versions, related, listed }) =>
    (history === true ? versions : versions.slice(0, 1)).map((paper, index) => {
      const before = versions[index + 1];
      const changes = before === undefined ? null : differences(before.fields, paper.fields);
      const more = {
        ...(index === 0 ? { related } : {}),
        ...(history === true ? { changes } : {}),
        ...(history === true && index === 0 ? { sourceVersions: listed.map(toVersion) } : {}),
      };
      return `\n  ${JSON.stringify({ ...(JSON.parse(exportLine(paper, true)) as object), ...more })}`;
    }),
  );
  return `[${lines.join(',')}\n]\n`;
}

function toVersion({ version, date, size, sourceType }: HistoryEntry) {
  return { version, date, size: size ?? null, withdrawn: isWithdrawal(sourceType) };
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
