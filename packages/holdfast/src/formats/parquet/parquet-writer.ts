import { ByteWriter, ParquetWriter } from 'hyparquet-writer';
import type { StoredPaper } from '../../model/paper.ts';
import { readVersion } from '../../version.ts';
import type { FormatOptions, FormatWriter } from '../port.ts';
import { parquetColumns, parquetSchema } from './columns.ts';

/** A row group is closed at so many papers, or at so much text: it is what memory holds. */
const ROWS = 5_000;
const CHARACTERS = 8 * 1024 * 1024;

/** Columns in row groups, compressed by Snappy, which every reader knows. All papers are written, deleted ones too. */
export function parquetWriter({ withSeq }: FormatOptions): FormatWriter {
  const columns = parquetColumns(withSeq);
  const bytes = new ByteWriter();
  const parquet = new ParquetWriter({
    writer: bytes,
    schema: parquetSchema(columns),
    createdBy: `holdfast ${readVersion()}`,
  });
  let rows: StoredPaper[] = [];
  let characters = 0;
  const closeGroup = (): void => {
    if (rows.length === 0) return;
    const columnData = columns.map(({ name, cell }) => ({ name, data: rows.map(cell) }));
    void parquet.write({ columnData, rowGroupSize: rows.length });
    rows = [];
    characters = 0;
  };
  return {
    header: () => taken(bytes),
    paper: (paper) => {
      rows.push(paper);
      characters += (paper.fields.abstract?.length ?? 0) + 60 * paper.fields.authors.length;
      if (rows.length < ROWS && characters < CHARACTERS) return '';
      closeGroup();
      return taken(bytes);
    },
    footer: () => {
      closeGroup();
      void parquet.finish();
      return taken(bytes);
    },
  };
}

/** What has been written since the last time; the writer goes on counting where it is in the file. */
function taken(bytes: ByteWriter): Uint8Array {
  const piece = bytes.getBytes().slice();
  bytes.index = 0;
  return piece;
}
