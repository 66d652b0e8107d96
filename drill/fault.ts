import type { Stage } from './stage.ts';

/** What a fault is part of. The first eight are levels of proof of their own, the others group single faults. */
export const layers = [
  'simulation',
  'crash-points',
  'storm',
  'power',
  'soak',
  'mutants',
  'network',
  'protocol',
  'process',
  'storage',
  'machine',
  'surface',
  'alerts',
] as const;
export type Layer = (typeof layers)[number];

/** What is broken when a check fails; the list is in docs/proof.md. */
export type Invariant = 'I1' | 'I2' | 'I3' | 'I4' | 'I5' | 'I6' | 'I7' | 'I8' | 'I9' | 'I10';

/** Something that must be true, and what was seen. */
export interface Check {
  readonly what: string;
  readonly ok: boolean;
  readonly seen: string;
  readonly invariant?: Invariant;
}

/** Things of which a whole drill tells a total; a row names those that it really counted. */
export interface Counts {
  /** Simulated histories. */
  readonly seeds?: number;
  /** Processes that were killed at a random moment. */
  readonly kills?: number;
  /** System calls or steps at which it was killed, or that failed, one by one. */
  readonly crashPoints?: number;
  readonly powerCuts?: number;
  /** Broken builds that were caught, and how many there were. */
  readonly mutantsKilled?: number;
  readonly mutantsOf?: number;
}

/** What a play counted. Milliseconds; null where a fault has no such moment. */
export interface Played {
  /** How often the fault really happened, by the evidence of whoever injected it. */
  readonly injected: number;
  /** How often it had to; `some`: at least once. */
  readonly wanted: number | 'some';
  /** Requests that the upstream got, or calls that stood for them. None: nothing was proved. */
  readonly traffic: number;
  readonly lost: number;
  readonly duplicated: number;
  readonly unexpected: number;
  /** It worked again, without a person, within the bound of this fault. */
  readonly recovered: boolean;
  /** From the fault's start to the product's first word about it. */
  readonly detectMs: number | null;
  /** From the fault's END to the first commit of a new record, or the first poll that was verified as empty. */
  readonly recoverMs: number | null;
  /** Requests beyond those of the same walk without the fault. */
  readonly requestsWasted: number | null;
  readonly checks: readonly Check[];
  /** What this play could not tell, one sentence each: without anything broken the row is unknown. */
  readonly doubts?: readonly string[];
  /** What was seen, in a few words and figures: printed beside the verdict, also when all is well. */
  readonly evidence: string;
  readonly counts?: Counts;
}

/** One row of the catalogue: what is done to the product, and what must hold. */
export interface Fault {
  /** Stable: `--only` and outside checks know it. */
  readonly name: string;
  readonly layer: Layer;
  /** What happens, as a sentence. */
  readonly about: string;
  /** What must hold, as a sentence. */
  readonly holds: string;
  /** Part of `--quick`: no root, Linux, macOS and Windows, a few seconds. */
  readonly quick: boolean;
  /** Nothing else runs beside it: it measures time or memory, or uses all of the machine. */
  readonly alone?: boolean;
  /** What this machine lacks, as a few words such as `root and losetup`; null = nothing. */
  readonly missing?: () => string | null;
  /**
   * Longest time that it may take before the drill gives it up as unknown, ms; 3 minutes unless told. A row that
   * lasts as long as it is told to makes it of the duration that was asked for (null: none).
   */
  readonly limitMs?: number | ((durationMs: number | null) => number);
  readonly play: (stage: Stage) => Promise<Played>;
  /** With `--quick`, faults that name the same one are played at once by it: that costs a fraction. */
  readonly together?: PlayTogether;
}

/** Plays the faults of these names on one stage; what each of them proves is counted on its own, in the same order. */
export type PlayTogether = (names: readonly string[], stage: Stage) => Promise<readonly Played[]>;

/** A check in one expression. */
export function check(what: string, ok: boolean, seen: unknown, invariant?: Invariant): Check {
  const text = typeof seen === 'string' ? seen : (JSON.stringify(seen) ?? 'nothing');
  return { what, ok, seen: text, ...(invariant === undefined ? {} : { invariant }) };
}
