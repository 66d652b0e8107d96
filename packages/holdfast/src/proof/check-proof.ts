import type { StoreReader } from '../store/port.ts';
import type { Proof, SourceProof } from './proof.ts';
import { reckon } from './reckon.ts';
import type { Reckoning, SourceReckoning } from './reckon.ts';
import type { Tally } from './tally.ts';

/** Something that the proof says and the store does not hold. */
export interface ProofFinding {
  readonly what: 'change' | 'window' | 'source';
  readonly key: string;
  readonly problem: string;
}

/** What became of a proof. */
export interface ProofCheck {
  readonly findings: readonly ProofFinding[];
  /** The store was restored, or is another one, since the proof was made; its contents were compared all the same. */
  readonly otherEpoch: boolean;
}

/** Counts the store again as it stood when the proof was made, and compares. The first finding is the first difference. */
export function checkProof(reader: Pick<StoreReader, 'moment'>, proof: Proof): Promise<ProofCheck> {
  return reader.moment(async (moment) => {
    const wanted = proof.sources.map(({ id, windows }) => ({ source: id, windows }));
    const found = await reckon(moment, BigInt(proof.feed.seq), wanted);
    const { epoch, batch, chain } = await moment.identity();
    const findings = [
      ...feedFindings(proof, found),
      ...(Number(batch) === proof.chain.batch && chain !== proof.chain.hash
        ? [
            {
              what: 'change' as const,
              key: String(proof.feed.seq),
              problem: 'the chain of commits has another hash',
            },
          ]
        : []),
      ...proof.sources.flatMap((source, index) => sourceFindings(source, found.sources[index])),
    ];
    return { findings, otherEpoch: epoch !== proof.store.epoch };
  });
}

function feedFindings({ feed }: Proof, { seq, sha256, hole }: Reckoning): readonly ProofFinding[] {
  const finding = (key: bigint | number, problem: string): readonly ProofFinding[] => [
    { what: 'change', key: String(key), problem },
  ];
  if (hole !== null) return finding(hole, 'it is missing in the change feed');
  if (seq < BigInt(feed.seq))
    return finding(seq + 1n, `the change feed ends before it; the proof covers it up to ${String(feed.seq)}`);
  if (sha256 === feed.sha256) return [];
  return finding(feed.seq, `the change feed up to it has the hash ${sha256} instead of ${feed.sha256}`);
}

function sourceFindings({ id, all, windows }: SourceProof, found?: SourceReckoning): readonly ProofFinding[] {
  const findings: ProofFinding[] = windows.flatMap((window, index) => {
    const problem = difference(window, found?.windows[index]);
    const key = `${id}/${window.stream}/${window.from}..${window.to}`;
    return problem === null ? [] : [{ what: 'window', key, problem }];
  });
  const problem = difference(all, found?.all);
  if (problem !== null) findings.push({ what: 'source', key: id, problem });
  return findings;
}

function difference(told: Tally, found?: Tally): string | null {
  if (!found) return 'it was not counted';
  if (found.records !== told.records)
    return `it has ${String(found.records)} records instead of ${String(told.records)}`;
  if (found.rows !== told.rows)
    return `its records have ${String(found.rows)} versions instead of ${String(told.rows)}`;
  if (found.firstId !== told.firstId)
    return `its first record is ${found.firstId ?? 'none'} instead of ${told.firstId ?? 'none'}`;
  if (found.lastId !== told.lastId)
    return `its last record is ${found.lastId ?? 'none'} instead of ${told.lastId ?? 'none'}`;
  return found.hash === told.hash ? null : `its records have the hash ${found.hash} instead of ${told.hash}`;
}
