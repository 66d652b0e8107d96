import { createHash } from 'node:crypto';
import type { Corpus } from './corpus/corpus.ts';
import type { LedgerEntry, TruthRecord } from './ledger/entry.ts';
import type { Kind } from './kind.ts';

/** Above this many rows the ledger holds a count and a checksum instead of the rows. */
export const truthLimit = 200_000;

/** What the lists hold, in list order. */
export function* truthOf(corpus: Corpus): Iterable<TruthRecord> {
  for (let place = 0; place < corpus.list.listed; place += 1) {
    const row = corpus.list.at(place);
    const version = corpus.version(row);
    yield {
      id: corpus.id(row),
      ...(version === undefined ? {} : { version }),
      datestamp: corpus.datestamp(row),
      ...(corpus.deleted(row) ? { deleted: true as const } : {}),
    };
  }
}

/** The ledger's first line. */
export function truthEntry(kind: Kind, seed: number, corpus: Corpus): LedgerEntry {
  const hash = createHash('sha256');
  const count = corpus.list.listed;
  for (let place = 0; place < count; place += 1) hash.update(`${corpus.id(corpus.list.at(place))}\n`);
  const records = count > truthLimit ? undefined : [...truthOf(corpus)];
  return {
    type: 'truth',
    kind,
    seed,
    count,
    sha256: hash.digest('hex'),
    ...(records === undefined ? {} : { records }),
  };
}
