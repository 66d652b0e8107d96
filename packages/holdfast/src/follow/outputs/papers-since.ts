import type { PaperFields, StoredPaper } from '../../model/paper.ts';
import { matchesQuery } from '../../query/match-query.ts';
import { parseQuery } from '../../query/parse-query.ts';
import type { ExportQuery, StoreReader } from '../../store/port.ts';
import type { FeedPosition } from './position.ts';
import { checkFeed, positionAt } from './position.ts';

/** What papers are read from. */
export type PaperReader = Pick<StoreReader, 'identity' | 'changes' | 'export'>;

/**
 * The papers that changed behind a position, in `seq` order up to the end of the feed as it is now; returns the position
 * that is reached with the last of them.
 * @throws HoldfastError `ERR_FEED_RESTORED`
 */
export async function* papersSince(
  reader: PaperReader,
  query: ExportQuery,
  position: FeedPosition,
): AsyncGenerator<StoredPaper, FeedPosition> {
  const { epoch, lastSeq } = await checkFeed(reader, position);
  if (lastSeq === position.seq) return position;
  const { matches, rest } = position.seq === 0n ? everything(query) : oneByOne(query);
  for await (const paper of reader.export({ ...rest, sinceSeq: position.seq })) {
    // What is committed meanwhile belongs to the next round.
    if (paper.seq > lastSeq) break;
    if (matches(paper.fields)) yield paper;
  }
  return positionAt(reader, epoch, lastSeq);
}

interface Split {
  readonly matches: (fields: PaperFields) => boolean;
  readonly rest: ExportQuery;
}

function everything(rest: ExportQuery): Split {
  return { matches: () => true, rest };
}

/** A few new papers are compared one by one: the index would be asked for all that ever matched. */
function oneByOne({ query, ...rest }: ExportQuery): Split {
  if (query === undefined) return everything(rest);
  const parsed = parseQuery(query);
  return { matches: (fields) => !fields.deleted && matchesQuery(parsed, fields), rest };
}
