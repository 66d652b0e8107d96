import type { DatasetForm } from './port.ts';
import { DatasetError } from './dataset-error.ts';
import { FileDataset, type PlannedFile } from './file-dataset.ts';
import { ByteFile } from './files/byte-file.ts';
import { findFiles, type FoundFile } from './files/found-file.ts';
import { isMethaFile, isMethaTemporary } from './metha.ts';
import { readerOf } from './reader-of.ts';
import { sniff, type Sniffed } from './sniff.ts';

/** How a data set is opened. */
export interface OpenOptions {
  /** Read it as this form, whatever it looks like. */
  readonly form?: DatasetForm;
}

interface Look {
  readonly file: ByteFile;
  readonly sniffed: Sniffed;
}

/**
 * Opens a file or a folder of unknown origin. Its form is told from the content; in a folder that of most bytes counts,
 * and files of another form are entries that say so.
 * @throws DatasetError `ERR_DATASET_UNREADABLE`, `ERR_DATASET_EMPTY`, `ERR_DATASET_UNKNOWN`
 */
export async function openDataset(path: string, options: OpenOptions = {}): Promise<FileDataset> {
  const { files, folder } = await findFiles(path);
  const metha = folder && files.some(({ name }) => isMethaFile(name));
  const looks: Look[] = [];
  for (const found of files) looks.push(await lookAt(found, metha));
  const form = options.form ?? formOf(path, looks);
  const planned = looks.map((look) => plan(look, form, folder));
  return new FileDataset(path, metha && form === 'oai-pages' ? 'metha' : form, planned);
}

async function lookAt(found: FoundFile, metha: boolean): Promise<Look> {
  const file = await ByteFile.of(found);
  // A cache may have a hundred thousand files: their names say enough.
  if (metha && isMethaFile(found.name))
    return { file, sniffed: { known: true, shape: { form: 'oai-pages' } } };
  return { file, sniffed: await sniff(file) };
}

function formOf(path: string, looks: readonly Look[]): DatasetForm {
  const sizes = new Map<DatasetForm, number>();
  for (const { file, sniffed } of looks) {
    if (!sniffed.known) continue;
    const { form } = sniffed.shape;
    sizes.set(form, (sizes.get(form) ?? 0) + file.found.size);
  }
  const [largest] = [...sizes].sort(([, a], [, b]) => b - a);
  if (largest !== undefined) return largest[0];
  throw nothingKnown(path, looks);
}

function nothingKnown(path: string, looks: readonly Look[]): DatasetError {
  const why = looks.flatMap(({ sniffed }) => (sniffed.known ? [] : [sniffed]));
  if (why.every(({ empty }) => empty)) {
    const what = looks.length === 0 ? 'no files' : 'nothing';
    return new DatasetError('ERR_DATASET_EMPTY', `${path} holds ${what}.`, 'Check the path.');
  }
  const first = why.find(({ empty }) => !empty)?.why ?? '';
  return new DatasetError(
    'ERR_DATASET_UNKNOWN',
    `${path} is no data set of a known form. ${first}`,
    'Looked for: JSON lines, a JSON array, CSV or TSV, OAI-PMH answers, a cache of metha, SQLite, Parquet, and a list of identifiers, each also compressed by gzip or zstd.',
  );
}

function plan({ file, sniffed }: Look, form: DatasetForm, folder: boolean): PlannedFile {
  if (folder && isMethaTemporary(file.found.name)) {
    return {
      file,
      code: 'ERR_DATASET_UNFINISHED',
      reason: 'A temporary file of metha: its harvest did not end.',
    };
  }
  if (!sniffed.known && sniffed.empty) return { file, code: 'ERR_DATASET_EMPTY', reason: sniffed.why };
  const read = readerOf(form, sniffed);
  if (read !== null) return { file, read };
  const reason = sniffed.known ? `It is ${sniffed.shape.form}, not ${form} like the rest.` : sniffed.why;
  return { file, code: 'ERR_DATASET_OTHER', reason };
}
