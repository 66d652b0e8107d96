import type { AuditRun } from '../model/audit.ts';
import type { Day } from '../model/day.ts';
import type { Gap } from '../model/gap.ts';
import type { Window } from '../model/window.ts';
import type { PageEvidence, QuarantineEntry, SourceState, StoreMoment, StoreReader } from '../store/port.ts';
import { digestOf, PROOF_FORMAT, PROOF_VERSION } from './proof.ts';
import type { AuditNote, Evidence, GapNote, Proof, ProofBody, SourceProof, WindowProof } from './proof.ts';
import { reckon } from './reckon.ts';
import type { SourceReckoning } from './reckon.ts';
import { holds } from './window-book.ts';

/** What a proof is to speak of. */
export interface ProofScope {
  /** Sources; all that the store has when it is left out. */
  readonly source?: string;
  /** Base URLs as configured, by source. */
  readonly baseUrls: ReadonlyMap<string, string>;
  /** Wall ms. */
  readonly now: number;
}

/** Proves what a store holds now; an engine may go on writing. */
export function makeProof(reader: Pick<StoreReader, 'moment'>, scope: ProofScope): Promise<Proof> {
  return reader.moment((moment) => proveMoment(moment, scope));
}

async function proveMoment(moment: StoreMoment, { source, baseUrls, now }: ProofScope): Promise<Proof> {
  const states = (await moment.sources()).filter(({ id }) => source === undefined || id === source);
  const facts: SourceFacts[] = [];
  for (const state of states.toSorted((a, b) => (a.id < b.id ? -1 : 1)))
    facts.push(await gather(moment, state));
  const { epoch, lastSeq, batch, chain } = await moment.identity();
  const wanted = facts.map(({ state, sealed }) => ({ source: state.id, windows: sealed }));
  const { sha256, sources } = await reckon(moment, lastSeq, wanted);
  const proofs = facts.map((each, index) =>
    sourceProof(each, baseUrls.get(each.state.id) ?? null, sources[index]),
  );
  const body: ProofBody = {
    format: PROOF_FORMAT,
    formatVersion: PROOF_VERSION,
    createdAt: iso(now),
    store: { epoch },
    feed: { seq: Number(lastSeq), sha256 },
    chain: { batch: Number(batch), hash: chain },
    complete: proofs.every(isComplete),
    sources: proofs,
  };
  return { ...body, digest: digestOf(body) };
}

type Sealed = Window & { readonly to: Day };

/** What the store says of a source besides its records. */
interface SourceFacts {
  readonly state: SourceState;
  readonly sealed: readonly Sealed[];
  readonly other: readonly Window[];
  readonly evidence: ReadonlyMap<string, readonly PageEvidence[]>;
  readonly audits: readonly AuditRun[];
  readonly gaps: readonly Gap[];
  readonly quarantine: readonly Pick<QuarantineEntry, 'datestamp'>[];
}

async function gather(moment: StoreMoment, state: SourceState): Promise<SourceFacts> {
  const { id: source } = state;
  const windows = (await moment.windows(source)).toSorted(byPlace);
  const quarantine = await moment.quarantine({ source, state: 'open' });
  return {
    state,
    sealed: windows.filter(isSealed),
    other: windows.filter((window) => !isSealed(window)),
    evidence: await moment.evidence(source),
    audits: (await moment.audits(source)).filter((run) => run.state === 'ended'),
    gaps: await moment.gaps(source),
    quarantine: quarantine.map(({ datestamp }) => ({ datestamp })),
  };
}

function isSealed(window: Window): window is Sealed {
  return window.to !== null && (window.state === 'SEALED' || window.state === 'VERIFIED');
}

function byPlace(a: Window, b: Window): number {
  if (a.stream !== b.stream) return a.stream < b.stream ? -1 : 1;
  return a.from < b.from ? -1 : a.from > b.from ? 1 : 0;
}

function sourceProof(facts: SourceFacts, baseUrl: string | null, reckoned?: SourceReckoning): SourceProof {
  if (!reckoned) throw new TypeError(`the source ${facts.state.id} was not reckoned`);
  const { state, sealed, other, gaps } = facts;
  const lost = gaps.filter((gap) => !sealed.some((window) => touches(gap, window)));
  return {
    id: state.id,
    kind: state.kind,
    baseUrl,
    all: reckoned.all,
    windows: reckoned.windows
      .flatMap((tally, index) => {
        const window = sealed[index];
        return window ? [{ ...tally, ...windowFacts(facts, window) }] : [];
      })
      .map(inOrder),
    notProved: other.map(({ stream, from, to, state: at, reason }) => ({
      stream,
      from,
      to,
      state: at,
      reason,
    })),
    gaps: lost.map(gapNote),
    quarantined: facts.quarantine.length,
  };
}

type WindowFacts = Omit<WindowProof, 'records' | 'rows' | 'firstId' | 'lastId' | 'hash' | 'moved'>;

function windowFacts({ evidence, audits, gaps, quarantine }: SourceFacts, window: Sealed): WindowFacts {
  const { key, stream, from, to, state, reason, lookedAt, serverDate } = window;
  return {
    stream,
    from,
    to,
    state,
    ending: reason,
    lookedAt: lookedAt === null ? null : iso(lookedAt),
    serverDate,
    evidence: (evidence.get(key) ?? []).map(evidenceOf),
    audit: auditNote(audits, window),
    gaps: gaps.filter((gap) => touches(gap, window)).map(gapNote),
    quarantined: quarantine.filter(({ datestamp }) => isIn(window, datestamp)).length,
  };
}

/** One order of the keys, whatever object they came from: what was counted stands behind what it is about. */
function inOrder(proof: WindowProof): WindowProof {
  const { stream, from, to, state, ending, lookedAt, serverDate, ...rest } = proof;
  const { records, rows, firstId, lastId, hash, moved, evidence, audit, gaps, quarantined } = rest;
  const counted = { records, rows, firstId, lastId, hash, moved };
  const about = { stream, from, to, state, ending, lookedAt, serverDate };
  return { ...about, ...counted, evidence, audit, gaps, quarantined };
}

function isIn(window: Sealed, datestamp: string | null): boolean {
  return datestamp !== null && holds(window, datestamp.slice(0, 10));
}

function touches({ datestamp, range }: Gap, window: Sealed): boolean {
  if (range === null) return isIn(window, datestamp);
  return (
    range.stream === window.stream && range.from < window.to && (range.to === null || range.to > window.from)
  );
}

function auditNote(audits: readonly AuditRun[], { from, to }: Sealed): AuditNote | null {
  const newest = audits.find(
    ({ range, unproved = [] }) =>
      range.from <= from && range.to >= to && !unproved.some((days) => days.from < to && from < days.to),
  );
  if (!newest) return null;
  return { at: iso(newest.endedAt ?? newest.startedAt), methods: newest.methods, run: newest.id };
}

function gapNote({ key, state, since, reason }: Gap): GapNote {
  return { key, state, since: iso(since), reason };
}

function evidenceOf({ url, sha256, bytes, fetchedAt, look }: PageEvidence): Evidence {
  return { url, sha256, bytes, fetchedAt: iso(fetchedAt), look };
}

/** Only the tail may be open: it has no end that could be proved. */
function isComplete({ windows, notProved, gaps, quarantined }: SourceProof): boolean {
  const open = [...gaps, ...windows.flatMap((window) => window.gaps)].filter(({ state }) => state === 'open');
  return quarantined === 0 && open.length === 0 && notProved.every(({ to }) => to === null);
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
