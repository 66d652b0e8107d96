import { gunzipSync, zstdDecompressSync, brotliDecompressSync } from 'node:zlib';
import { parquetMetadataAsync, parquetReadObjects } from 'hyparquet';
import type { AsyncBuffer, Compressors, FileMetaData } from 'hyparquet';
import type { DatasetEntry } from '../port.ts';
import { DatasetError } from '../dataset-error.ts';
import type { ByteFile } from '../files/byte-file.ts';
import { readAt } from '../files/byte-file.ts';
import { bad, type ReadForm } from '../forms/piece.ts';

/** Rows that are read at once: each time the columns of the row group are read from their beginning. */
const READ = 20_000;
const BATCH = 2000;

const compressors: Compressors = {
  GZIP: (bytes) => gunzipSync(bytes),
  ZSTD: (bytes) => zstdDecompressSync(bytes),
  BROTLI: (bytes) => brotliDecompressSync(bytes),
};

/** The rows of a Parquet file, row group by row group; the mark's count is the number of rows that were read. */
export const readParquet: ReadForm = async function* readParquet(file, from, signal) {
  const buffer = bufferOf(file);
  const metadata = await metadataOf(file, buffer);
  const { name, size } = file.found;
  const total = Number(metadata.num_rows);
  for (let row = from.count; row < total;) {
    signal.throwIfAborted();
    const end = Math.min(row + READ, groupEnd(metadata, row));
    const read = await rowsOf(name, buffer, metadata, row, end);
    for (let from = 0; from < read.length; from += BATCH) {
      signal.throwIfAborted();
      const entries = read.slice(from, from + BATCH);
      const isLast = from + BATCH >= read.length;
      const count = isLast ? end : row + from + BATCH;
      yield { entries, next: { offset: 0, count }, read: Math.floor((size * count) / total) };
    }
    row = end;
  }
};

/** Where the row group of a row ends, so that one group is read at a time. */
function groupEnd({ row_groups: groups }: FileMetaData, row: number): number {
  let end = 0;
  for (const group of groups) {
    end += Number(group.num_rows);
    if (end > row) return end;
  }
  return Number.MAX_SAFE_INTEGER;
}

async function rowsOf(
  name: string,
  file: AsyncBuffer,
  metadata: FileMetaData,
  rowStart: number,
  rowEnd: number,
): Promise<readonly DatasetEntry[]> {
  try {
    const rows = await parquetReadObjects({ file, metadata, rowStart, rowEnd, compressors });
    return rows.map((row, index) => ({
      where: `${name}:${rowStart + index + 1}`,
      content: { type: 'fields' as const, values: plainRow(row) },
    }));
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    const where = `${name}:${rowStart + 1}`;
    return [bad(where, 'ERR_DATASET_DAMAGED', `Rows ${rowStart + 1} to ${rowEnd} cannot be read: ${why}`)];
  }
}

async function metadataOf(file: ByteFile, buffer: AsyncBuffer): Promise<FileMetaData> {
  try {
    return await parquetMetadataAsync(buffer);
  } catch (cause) {
    throw new DatasetError(
      'ERR_DATASET_UNREADABLE',
      `${file.found.path} begins like a Parquet file, but its end, which says where everything is, is missing or damaged.`,
      'Fetch or write the file again.',
      cause,
    );
  }
}

function bufferOf(file: ByteFile): AsyncBuffer {
  return {
    byteLength: file.found.size,
    async slice(start: number, end = file.found.size) {
      const from = start < 0 ? Math.max(0, file.found.size + start) : start;
      const bytes = await readAt(file.found, from, end - from);
      return new Uint8Array(bytes).buffer;
    },
  };
}

/** Whole numbers that a float cannot hold are text. */
function plainRow(row: Record<string, unknown>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(row).map(([name, value]) => {
      if (typeof value !== 'bigint') return [name, value];
      return [name, Number.isSafeInteger(Number(value)) ? Number(value) : String(value)];
    }),
  );
}
