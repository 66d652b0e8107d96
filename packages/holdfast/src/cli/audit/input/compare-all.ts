import type { Config, SourceConfig } from '../../../config/index.ts';
import type { Dataset } from '../../../datasets/port.ts';
import { EXIT } from '../../../model/exit-code.ts';
import type { StoreReader } from '../../../store/port.ts';
import type { Call } from '../../verb.ts';
import type { AuditOptions } from '../options.ts';
import { missingRows, noCounts, type MissingRow } from './compare.ts';
import { candidateRows } from './density.ts';
import { completenessOf, kindOf, sourceFor } from './inventory.ts';
import type { Scope } from './period.ts';
import type { KindReport } from './kind-report.ts';
import { printerOf, type Printer } from './printer.ts';
import type { IdsOfKind, ReadIds } from './read-ids.ts';
import { recognise } from './recognise.ts';

/** What is compared with what. */
export interface Inputs {
  readonly call: Call<AuditOptions>;
  readonly config: Config;
  /** The source that a person named. */
  readonly named: SourceConfig | null;
  readonly dataset: Dataset;
  readonly read: ReadIds;
  /** Null: there is no store yet. */
  readonly reader: StoreReader | null;
}

/** Compares the identifiers of each kind, prints what is missing and gives the exit code. */
export async function compareAll(inputs: Inputs): Promise<number> {
  const { call, dataset, read } = inputs;
  const printer = printerOf(call, dataset, read);
  await printer.begin();
  let isWhole = true;
  for (const found of read.kinds) {
    const report = await compareKind(inputs, found, printer);
    await printer.report(report);
    const { method, counts } = report;
    if (counts.missing > 0 || counts.emptyMonths.length > 0 || method === 'none') isWhole = false;
  }
  await printer.end();
  return isWhole ? EXIT.ok : EXIT.degraded;
}

async function compareKind(inputs: Inputs, found: IdsOfKind, printer: Printer): Promise<KindReport> {
  const { call, config, named, reader } = inputs;
  const { kind, ids, period } = found;
  const { from, to } = call.options;
  const scope = { from: from ?? period?.first ?? null, to: to ?? null, last: period?.last ?? null };
  const report = { found, scope, source: named, counts: noCounts(), inventory: null };
  const wanted = kindOf(named);
  if (wanted !== null && wanted !== kind) return { ...report, method: 'other-kind' };
  const source = named ?? (await sourceFor(config, reader, kind, found.sample));
  if (reader !== null && source !== null) {
    const withStore = await compareWithStore(inputs, { found, scope, source, reader }, printer);
    if (withStore !== null) return withStore;
  }
  if (kind !== 'arxiv') return { ...report, source, method: 'none' };
  const now = call.io.clock.now();
  await printAll(candidateRows(source?.id ?? kind, ids, scope, now, report.counts), printer);
  return { ...report, source, method: 'density' };
}

interface OfSource {
  readonly found: IdsOfKind;
  readonly scope: Scope;
  readonly source: SourceConfig;
  readonly reader: StoreReader;
}

/** Null: the store has nothing of the source. */
async function compareWithStore(
  { call }: Inputs,
  { found, scope, source, reader }: OfSource,
  printer: Printer,
): Promise<KindReport | null> {
  const { kind, ids } = found;
  const inventory = await completenessOf(reader, source.id);
  if (inventory.records === 0) return null;
  const counts = noCounts();
  const comparison = { reader, source: source.id, kind, ids, scope, now: call.io.clock.now() };
  const isOfKind = (id: string): boolean => {
    const what = recognise(id, null);
    // What has no known form is that of a repository.
    return what?.type === 'id' ? what.id.kind === kind : kind === 'oai-pmh';
  };
  const rows = missingRows(source.kind === 'holdfast' ? { ...comparison, isOfKind } : comparison, counts);
  await printAll(rows, printer);
  return { found, scope, source, counts, method: 'store', inventory };
}

async function printAll(
  rows: AsyncIterable<MissingRow> | Iterable<MissingRow>,
  printer: Printer,
): Promise<void> {
  for await (const row of rows) await printer.row(row);
}
