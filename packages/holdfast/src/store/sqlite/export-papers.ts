import type { StoredPaper } from '../../model/paper.ts';
import { hasCategory } from '../../query/match-query.ts';
import type { ExportQuery } from '../port.ts';
import type { Connection, Row } from './database.ts';
import { big, PAPER_COLUMNS, text, textOrNull, toPaper } from './rows.ts';
import { selectSeqs } from './select-seqs.ts';

/** Runs one short read; between two of them the store may change. */
export type Read = <Result>(work: (connection: Connection) => Result) => Result;

const PAGE = 500;

/**
 * Papers in `seq` order. What belongs to the export is settled at its start, by number alone; the rows are
 * then read page by page. A paper that changes meanwhile has moved to the end of the feed: it is given once,
 * with its present content and under the `seq` it had at the start, so that whoever goes on after the last
 * `seq` of an export misses nothing.
 */
export async function* exportPapers(
  read: Read,
  query: ExportQuery,
  turn: () => Promise<void>,
): AsyncIterable<StoredPaper> {
  const seqs = read((db) => selectSeqs(db, query));
  const moved = new MovedRows(query.allVersions === true);
  for (let at = 0; at < seqs.length; at += PAGE) {
    const papers = read((db) => readPage(db, seqs.subarray(at, at + PAGE), moved));
    for (const paper of papers) {
      if (query.source !== undefined && paper.source !== query.source) continue;
      if (query.ids && !query.ids.has(paper.fields.id)) continue;
      if (query.category !== undefined && !hasCategory(paper.fields, query.category)) continue;
      yield paper;
    }
    await turn();
  }
}

function readPage(db: Connection, seqs: BigInt64Array, moved: MovedRows): readonly StoredPaper[] {
  const papers: StoredPaper[] = [];
  for (const seq of seqs) {
    const row =
      db.getBig(`SELECT ${PAPER_COLUMNS} FROM papers p WHERE p.seq = ?`, seq) ?? moved.find(db, seq);
    if (row) papers.push({ ...toPaper(row), seq });
  }
  return papers;
}

/** Finds rows that changed since the export began: the feed tells what a number belonged to. */
class MovedRows {
  readonly #allVersions: boolean;
  readonly #given = new Set<bigint>();

  constructor(allVersions: boolean) {
    this.#allVersions = allVersions;
  }

  find(db: Connection, seq: bigint): Row | undefined {
    const change = db.get('SELECT source, id, version FROM changes WHERE seq = ?', seq);
    if (!change) return undefined;
    const row = this.#present(db, seq, change);
    if (row) this.#given.add(big(row, 'seq'));
    return row;
  }

  #present(db: Connection, seq: bigint, change: Row): Row | undefined {
    const [source, id, version] = [text(change, 'source'), text(change, 'id'), textOrNull(change, 'version')];
    const sql = `SELECT ${PAPER_COLUMNS} FROM papers p WHERE p.source = ? AND p.id = ? AND `;
    if (!this.#allVersions) return db.getBig(`${sql} p.latest = 1`, source, id);
    const same = db.getBig(`${sql} p.version = ?`, source, id, version ?? '');
    if (same || version !== null) return same;
    // The row has learnt its version; when it became one with a row that was there, that one is given already.
    const rows = db.allBig(`${sql} p.seq > ? AND p.born <= ? ORDER BY p.seq`, source, id, seq, seq);
    return rows.find((row) => !this.#given.has(big(row, 'seq')));
  }
}
