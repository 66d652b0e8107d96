import type { Counts, Fault, Layer, Played } from './fault.ts';

/** What a row proves: nothing when its fault did not fire, or could not. */
export type Verdict = 'valid' | 'invalid' | 'unknown' | 'not-covered';

/** A row of the report; the names are part of the contract with the outside. */
export interface Row {
  readonly name: string;
  readonly layer: Layer;
  readonly about: string;
  readonly holds: string;
  readonly injected: number;
  readonly verdict: Verdict;
  readonly lost: number;
  readonly duplicated: number;
  readonly unexpected: number;
  readonly recovered: boolean;
  readonly detectMs: number | null;
  readonly recoverMs: number | null;
  readonly requestsWasted: number | null;
  readonly traffic: number;
  /** Why the verdict is not valid, one sentence each. */
  readonly findings: readonly string[];
  /** What was seen, in a few words and figures. */
  readonly evidence: string;
  readonly counts?: Counts;
  /** ms since the epoch, and how long the play took. */
  readonly startedAt: number;
  readonly tookMs: number;
  /** Repeats this row. */
  readonly replay: string;
}

/** When and by which command a row was played. */
export type Frame = Pick<Row, 'startedAt' | 'tookMs' | 'replay'>;

/** Judges a play. Without traffic, or without its fault, nothing was proved, whatever else was seen. */
export function judge(fault: Fault, played: Played, frame: Frame): Row {
  const { injected, wanted, traffic, lost, duplicated, unexpected } = played;
  const { recovered, detectMs, recoverMs, requestsWasted, evidence } = played;
  const findings = findingsOf(played);
  const fired = wanted === 'some' ? injected > 0 : injected >= wanted;
  const doubts = [
    ...(traffic === 0 ? ['no traffic'] : []),
    ...(fired ? [] : [`the fault fired ${String(injected)} times, not ${String(wanted)}`]),
  ];
  // A loss is a loss, whether or not the fault that should have caused it fired.
  const damaged = lost + duplicated + unexpected > 0 && traffic > 0;
  const untold = played.doubts ?? [];
  return {
    ...headOf(fault),
    lost,
    duplicated,
    unexpected,
    recovered,
    detectMs,
    recoverMs,
    requestsWasted,
    evidence,
    injected,
    traffic,
    ...(played.counts === undefined ? {} : { counts: played.counts }),
    verdict: verdictOf(doubts.length > 0 && !damaged, findings.length > 0, untold.length > 0),
    findings: [...doubts, ...findings, ...untold],
    ...frame,
  };
}

function verdictOf(unproved: boolean, broken: boolean, untold: boolean): Verdict {
  if (unproved) return 'unknown';
  if (broken) return 'invalid';
  return untold ? 'unknown' : 'valid';
}

/** A row that this machine cannot play. */
export function notCovered(fault: Fault, needs: string, frame: Frame): Row {
  return { ...unplayed(fault, frame), verdict: 'not-covered', findings: [`needs ${needs}`] };
}

/** A row that the drill itself failed to play: that is no word on the product. */
export function unknown(fault: Fault, why: string, frame: Frame): Row {
  return { ...unplayed(fault, frame), verdict: 'unknown', findings: [why] };
}

/** A row in which the product did not do what it had to, so that it could not be played to its end. */
export function failed(fault: Fault, why: string, frame: Frame): Row {
  return { ...unplayed(fault, frame), verdict: 'invalid', findings: [`${why} (I6)`] };
}

function findingsOf({ lost, duplicated, unexpected, recovered, checks }: Played): string[] {
  return [
    ...(lost === 0 ? [] : [`${String(lost)} lost (I1)`]),
    ...(duplicated === 0 ? [] : [`${String(duplicated)} duplicated (I2)`]),
    ...(unexpected === 0 ? [] : [`${String(unexpected)} unexpected (I3)`]),
    ...(recovered ? [] : ['it did not recover by itself within its bound (I6)']),
    ...checks
      .filter(({ ok }) => !ok)
      .map(({ what, seen, invariant }) => `not so: ${what}${invariant ? ` (${invariant})` : ''}: ${seen}`),
  ];
}

function headOf({ name, layer, about, holds }: Fault): Pick<Row, 'name' | 'layer' | 'about' | 'holds'> {
  return { name, layer, about, holds };
}

function unplayed(fault: Fault, frame: Frame): Row {
  return {
    ...headOf(fault),
    injected: 0,
    verdict: 'unknown',
    lost: 0,
    duplicated: 0,
    unexpected: 0,
    recovered: false,
    detectMs: null,
    recoverMs: null,
    requestsWasted: null,
    traffic: 0,
    findings: [],
    evidence: '',
    ...frame,
  };
}
