import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Dataset, DatasetBatch, DatasetEntry } from '../port.ts';

/** All batches from a position on. */
export async function batchesOf(
  dataset: Dataset,
  after: string | null = null,
): Promise<readonly DatasetBatch[]> {
  const { signal } = new AbortController();
  return Array.fromAsync(dataset.batches({ after, signal }));
}

/** All entries from a position on. */
export async function entriesOf(
  dataset: Dataset,
  after: string | null = null,
): Promise<readonly DatasetEntry[]> {
  return (await batchesOf(dataset, after)).flatMap(({ entries }) => entries);
}

/** What an entry holds, for comparing: fields, an id, the text of a page, the code of a bad one. */
export function contentOf({ content }: DatasetEntry): unknown {
  switch (content.type) {
    case 'fields':
      return content.values;
    case 'id':
      return content.id;
    case 'oai-page':
      return Buffer.from(content.bytes).toString('utf8');
    case 'bad':
      return content.code;
  }
}

/** A folder of its own that goes away with the returned object. */
export async function temporaryFolder(): Promise<{ path: string; [Symbol.asyncDispose](): Promise<void> }> {
  const path = await mkdtemp(join(tmpdir(), 'holdfast-dataset-'));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}

/** Writes a file into a folder and gives its path. */
export async function put(
  folder: { path: string },
  name: string,
  content: string | Uint8Array,
): Promise<string> {
  const path = join(folder.path, name);
  await writeFile(path, content);
  return path;
}
