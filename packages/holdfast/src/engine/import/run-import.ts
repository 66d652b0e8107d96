import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Clock } from '@holdfast/resilience/clock';
import type { Config, SourceConfig } from '../../config/config.ts';
import { openDataset } from '../../datasets/open-dataset.ts';
import { dayOf } from '../../model/day.ts';
import { HoldfastError } from '../../model/error.ts';
import type { ImportProgress, ImportSummary } from '../../model/import.ts';
import { importDataset } from '../../seeding/import-dataset.ts';
import type { KnownSource } from '../../seeding/homes.ts';
import { arxivSource } from '../../sources/arxiv/index.ts';
import { biorxivSource } from '../../sources/biorxiv/index.ts';
import type { Source } from '../../sources/port.ts';
import type { Store } from '../../store/port.ts';
import { makeSource } from '../source-factory.ts';
import { assertPapers } from './assert-papers.ts';

/** What is to be imported. */
export interface ImportFile {
  readonly path: string;
  /** The source that everything in it belongs to; null = told from the identifiers. */
  readonly source: string | null;
  readonly signal: AbortSignal;
  readonly onProgress?: (progress: ImportProgress) => void;
  /** Told while what came is made ready for search: how many changes are left. */
  readonly onIndexing?: (left: number) => void;
}

/** What an import is done with. */
export interface ImportWorld {
  readonly config: Pick<Config, 'sources'>;
  readonly store: Store;
  readonly clock: Clock;
  readonly uniqueId: () => string;
}

/** Imports a file or folder into a store that is ours. @throws the errors of data sets, imports and stores */
export async function runImport(world: ImportWorld, file: ImportFile): Promise<ImportSummary> {
  const { config, store, clock, uniqueId } = world;
  const path = resolve(file.path);
  const dataset = await openDataset(path);
  if (dataset.form === 'ids') {
    throw new HoldfastError('ERR_IMPORT_IDS', 'It holds identifiers and no records.', {
      hint: 'Compare them with a source: holdfast audit --input FILE --source ID.',
    });
  }
  await assertPapers(dataset, dayOf(clock.now()), file.signal);
  const { mtimeMs } = await stat(path);
  return importDataset(
    {
      store,
      clock,
      uniqueId,
      sources: config.sources.map(known),
      connector: (source) => connector(config, source),
    },
    { ...file, dataset, path, stamp: `${dataset.form} ${dataset.files} ${dataset.bytes} ${mtimeMs}` },
  );
}

function known({ id, kind, baseUrl }: SourceConfig): KnownSource {
  return { id, kind, ...(baseUrl === undefined ? {} : { baseUrl }) };
}

/** The connector of a source; of one that an import has made, with the settings of its kind. */
function connector({ sources }: Pick<Config, 'sources'>, { id, kind }: KnownSource): Source {
  const configured = sources.find((each) => each.id === id);
  if (configured) return makeSource(configured);
  if (kind === 'arxiv') return arxivSource({ id });
  if (kind === 'biorxiv' || kind === 'medrxiv') return biorxivSource({ id, kind });
  throw new HoldfastError('ERR_IMPORT_SOURCE', `Source "${id}" is not configured.`, {
    hint: 'Add it to the configuration: its pages are read by its own connector.',
  });
}
