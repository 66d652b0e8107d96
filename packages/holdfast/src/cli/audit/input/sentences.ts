import type { Dataset, DatasetForm } from '../../../datasets/port.ts';
import { grouped } from '../../status/quantities.ts';
import type { AuditOptions } from '../options.ts';
import type { Completeness, DaySpan } from './inventory.ts';
import type { KindReport } from './kind-report.ts';
import type { ReadIds, Trouble } from './read-ids.ts';

const FORMS: Readonly<Record<DatasetForm, string>> = {
  jsonl: 'JSON',
  csv: 'a table in text',
  'oai-pages': 'answers of OAI-PMH',
  metha: "metha's cache",
  sqlite: 'a database of SQLite',
  parquet: 'Parquet',
  ids: 'a list of identifiers',
};

/** What was read. */
export function datasetLines({ path, form, files }: Dataset, read: ReadIds): readonly string[] {
  const columns = read.columns?.ids.join(', ') ?? '';
  const where = columns === '' ? '' : `; identifiers in: ${columns}`;
  return [
    `${path}: ${FORMS[form]}, ${counted(files, 'file')}, ${counted(read.rows, 'entry', 'entries')}${where}`,
    ...trouble(read.damaged, 'damaged by a number and not to be put right'),
    ...trouble(read.without, 'without an identifier'),
    ...trouble(read.bad, 'not readable'),
  ];
}

/** What came of one kind. */
export function kindLines(report: KindReport): readonly string[] {
  const { found, method, source, counts } = report;
  const { kind, ids, rows, repaired, period } = found;
  const notes = [
    `${grouped(rows - ids.size)} more than once`,
    ...(repaired === 0 ? [] : [`${grouped(repaired)} put right after a number had damaged them`]),
  ];
  const span = period === null ? '' : `, ${period.first} to ${period.last}`;
  const head = `${source?.id ?? kind}: ${grouped(ids.size)} identifiers${span} (${notes.join(', ')})`;
  switch (method) {
    case 'other-kind':
      return [`${head}; of another kind than the source that was named, so they were not compared`];
    case 'store':
      return [head, ...storeLines(report)];
    case 'density':
      return [
        head,
        '  no inventory: the store has nothing of arXiv; numbers that a month leaves out are candidates',
        ...(counts.emptyMonths.length === 0
          ? []
          : [`  no number at all of: ${counts.emptyMonths.slice(0, 24).join(', ')}`]),
        ...howToGetInventory(report),
        `  missing: ${grouped(counts.missing)} candidates`,
      ];
    case 'none':
      return [
        head,
        '  no inventory: the store has none of these records, so nothing was compared',
        ...howToGetInventory(report),
      ];
  }
}

function storeLines({ found, inventory, counts, scope }: KindReport): readonly string[] {
  if (inventory === null) return [];
  const from = scope?.from ?? null;
  const extra = found.ids.extra;
  return [
    `  inventory: ${grouped(inventory.records)} records of the store; ${completeness(inventory)}`,
    `  compared: ${from === null ? 'everything' : `from ${from} on`}${scope?.to === null || scope === null ? '' : `, before ${scope.to}`}`,
    ...(counts.outside === 0
      ? []
      : [`  outside of that, and not compared: ${grouped(counts.outside)} records (--from and --to decide)`]),
    ...(extra === 0 ? [] : [`  not in the inventory: ${grouped(extra)} identifiers of the data set`]),
    ...(counts.older === 0 ? [] : [`  older than in the inventory: ${grouped(counts.older)} versions`]),
    ...(counts.deleted === 0
      ? []
      : [`  deleted upstream and not in the data set: ${grouped(counts.deleted)}, not counted as missing`]),
    `  missing: ${grouped(counts.missing)}${counts.newer === 0 ? '' : `, of which ${grouped(counts.newer)} are newer than everything in the data set`}`,
  ];
}

function completeness({ verified, sealed, open, gaps }: Completeness): string {
  const parts = [
    verified.length === 0 ? 'no day of it is verified' : `verified ${spans(verified)}`,
    ...(sealed.length === 0 ? [] : [`seen once ${spans(sealed)}`]),
    ...(open.length === 0 ? [] : [`still open ${spans(open)}`]),
    counted(gaps, 'open gap'),
  ];
  return parts.join('; ');
}

function spans(list: readonly DaySpan[]): string {
  const shown = list.slice(0, 3).map(({ from, to }) => `${from}..${to ?? ''}`);
  return `${shown.join(', ')}${list.length > 3 ? ` and ${counted(list.length - 3, 'more range')}` : ''}`;
}

/** The lines of configuration and the one command that make an inventory. */
function howToGetInventory({ found, source }: KindReport): readonly string[] {
  const command = '  to get one: holdfast run --once';
  if (source !== null) return [`${command} (source "${source.id}" is configured)`];
  const from = found.period === null ? 'all' : found.period.first.padEnd(10, '-01');
  const id = found.kind === 'oai-pmh' ? 'library' : found.kind;
  const repository =
    found.kind === 'oai-pmh' ? { baseUrl: 'https://REPOSITORY/oai', metadataPrefix: 'oai_dc' } : {};
  const entry = JSON.stringify({ id, kind: found.kind, ...repository, from });
  return [`${command}, with this among the sources of holdfast.config.json: ${entry}`];
}

/** What to do next. */
export function endLines(options: AuditOptions, reports: readonly KindReport[]): readonly string[] {
  const missing = reports.some(({ method, counts }) => method === 'store' && counts.missing > 0);
  if (!missing) return [];
  const words = (['input', 'source', 'from', 'to'] as const).flatMap((name) => {
    const value = options[name];
    return value === undefined ? [] : [`--${name} ${quoted(value)}`];
  });
  return [
    `What is missing, as CSV: holdfast audit ${words.join(' ')} --ids | holdfast export --format csv --ids -`,
  ];
}

/** As one word of a shell. */
function quoted(text: string): string {
  return /^[\w./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

function trouble({ count, examples }: Trouble, what: string): readonly string[] {
  if (count === 0) return [];
  return [`  ${grouped(count)} ${what}: ${examples.join('; ')}${count > examples.length ? '; …' : ''}`];
}

function counted(count: number, one: string, many = `${one}s`): string {
  return `${grouped(count)} ${count === 1 ? one : many}`;
}
