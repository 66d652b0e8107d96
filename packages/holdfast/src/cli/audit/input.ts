import { resolve } from 'node:path';
import type { SourceConfig } from '../../config/index.ts';
import { DatasetError } from '../../datasets/dataset-error.ts';
import { FileDataset } from '../../datasets/file-dataset.ts';
import { openDataset } from '../../datasets/open-dataset.ts';
import type { Dataset } from '../../datasets/port.ts';
import { EXIT } from '../../model/exit-code.ts';
import { withReader } from '../../status/open-reader.ts';
import { reportError } from '../report-error.ts';
import { usageError } from '../usage-error.ts';
import type { Call } from '../verb.ts';
import { compareAll } from './input/compare-all.ts';
import type { IdKind } from './input/found-id.ts';
import { IdSet } from './input/id-set.ts';
import { kindOf, namedSource } from './input/inventory.ts';
import { progressOf } from './input/progress.ts';
import { readIds, type NamesOf, type ReadIds } from './input/read-ids.ts';
import type { AuditOptions } from './options.ts';

/** `audit --input`: what a data set that another tool left lacks. */
export async function auditInput(call: Call<AuditOptions>): Promise<number> {
  const { io, options, resolved } = call;
  if (options.json === true && options.ids === true) throw usageError('--json and --ids exclude each other.');
  for (const day of [options.from, options.to]) checkDay(day);
  const { config } = resolved();
  const named = namedSource(config, options.source);
  const stop = new AbortController();
  const ignore = io.onSignal(() => stop.abort(new Error('interrupted')));
  try {
    const path = resolve(io.cwd, options.input ?? '');
    const dataset = await openDataset(path).catch((error: unknown) => otherwise(path, named, error));
    const progress = progressOf(io, dataset.bytes);
    const read = await readIds(dataset, whatNames(named), stop.signal, (bytes) => progress.show(bytes));
    progress.end();
    if (read.kinds.length === 0 && (named === null || read.rows > 0)) throw noIdentifiers(dataset, read);
    const whole = named === null ? read : withEmptyKind(read, kindOf(named));
    return await withReader(config, (reader) =>
      compareAll({ call, config, named, dataset, read: whole, reader }),
    );
  } catch (error) {
    if (stop.signal.aborted) return EXIT.interrupted;
    if (!(error instanceof DatasetError)) throw error;
    // A file that is no data set is a wrong argument.
    reportError(io, error);
    return EXIT.usage;
  } finally {
    ignore();
  }
}

/**
 * A data set of a source that a person named may be empty: then it lacks everything. Its identifiers may have a form that
 * nobody knows: then each line is one.
 */
async function otherwise(path: string, named: SourceConfig | null, error: unknown): Promise<Dataset> {
  if (named === null || !(error instanceof DatasetError)) throw error;
  if (error.code === 'ERR_DATASET_EMPTY') return new FileDataset(path, 'ids', []);
  if (error.code === 'ERR_DATASET_UNKNOWN' && mayNameAnything(named)) {
    const lines = await openDataset(path, { form: 'ids' });
    if (lines.isReadable) return lines;
  }
  throw error;
}

/** What the identifiers are, when a source is named. */
function whatNames(named: SourceConfig | null): NamesOf {
  return { kind: kindOf(named), anyText: mayNameAnything(named) };
}

/** Repositories name their records as they like, and another installation may follow one. */
function mayNameAnything(named: SourceConfig | null): boolean {
  return named?.kind === 'oai-pmh' || named?.kind === 'holdfast';
}

function withEmptyKind(read: ReadIds, kind: IdKind | null): ReadIds {
  // Identifiers of other kinds say nothing of the source that was named: it lacks everything.
  const isThere = kind === null ? read.kinds.length > 0 : read.kinds.some((each) => each.kind === kind);
  if (isThere) return read;
  const ids = new IdSet().freeze();
  const empty = { kind: kind ?? 'oai-pmh', ids, rows: 0, repaired: 0, period: null, sample: [] };
  return { ...read, kinds: [...read.kinds, empty] };
}

function checkDay(day: string | undefined): void {
  if (day === undefined || /^\d{4}-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?$/.test(day)) return;
  throw usageError(`A day is written YYYY-MM-DD, a month YYYY-MM, not "${day}".`);
}

function noIdentifiers({ path }: Dataset, { rows, damaged }: ReadIds): DatasetError {
  const hint =
    damaged.count > 0
      ? `Identifiers of arXiv were damaged by a number: ${damaged.examples.join(', ')}.`
      : 'Looked for arXiv ids, DOIs of bioRxiv and medRxiv, and OAI identifiers; of another repository name the source: --source.';
  return new DatasetError('ERR_DATASET_NO_IDS', `${path} names no record in its ${rows} entries.`, hint);
}
