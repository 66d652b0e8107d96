import type { Installation } from '../product/installation.ts';
import type { Ledger } from '../upstream/ledger.ts';
import type { Kind, Simulator } from '../upstream/simulator.ts';
import type { PeerCells } from './peers.ts';

/** A simulated upstream of a row. */
export interface UpstreamSpec {
  readonly kind: Kind;
  readonly records: number;
  readonly pageSize: number;
  /** Faults as `holdfast sim` takes them. */
  readonly faults: readonly string[];
  /** Further flags of `holdfast sim`. */
  readonly args?: readonly string[];
  /** Further keys of the source in the product's configuration. */
  readonly source?: Readonly<Record<string, unknown>>;
}

/** Something that must be true of a run, and what was seen. */
export interface Check {
  readonly what: string;
  readonly ok: boolean;
  readonly seen: string;
}

/** Everything that a row's own play has to work with. */
export interface Stage {
  readonly product: Installation;
  /** In the order of the row's upstreams; the first source is called `s1`. */
  readonly simulators: readonly [Simulator, ...Simulator[]];
  /** The ledgers as they stand now, in the same order. */
  readonly ledgers: () => readonly [Ledger, ...Ledger[]];
  /** `run --once` until it ends, or until `signal` aborts it. */
  readonly runOnce: () => Promise<number | null>;
  readonly signal: AbortSignal;
  readonly deadline: string;
}

/** What a play saw. */
export interface Played {
  /** Exit code of the last `run --once`. */
  readonly exit: number | null;
  readonly checks: readonly Check[];
  /** How often the fault of this play happened, and how often it had to, where no `fault` line tells. */
  readonly happened?: readonly [times: number, wanted: number];
}

/** What is looked at when a row has been played. */
export interface Evidence {
  readonly ledgers: readonly [Ledger, ...Ledger[]];
  readonly product: Installation;
  /** The answer in which a fault fired, byte for character, from a fresh simulator that is asked the same. */
  readonly answerWith: (fault: string) => Promise<string>;
}

/** What must come out. What is not named is: exit 0, nothing lost, no gap, nothing in the quarantine. */
export interface Expectation {
  readonly exit?: number;
  readonly gaps?: number;
  readonly quarantined?: number;
  /** The upstream keeps some records to itself to the end: what it never listed is not lost. */
  readonly withholds?: boolean;
  /** Bound on the requests beyond those of the walk without a fault. */
  readonly wastedAtMost?: number;
}

/** One row of the matrix. */
export interface Row {
  readonly name: string;
  /** `measured`, or the failure of the list that it belongs to. */
  readonly group: string;
  readonly about: string;
  readonly upstreams: readonly [UpstreamSpec, ...UpstreamSpec[]];
  readonly expect?: Expectation;
  /** Longest life of one `run --once`; 90s unless told. */
  readonly deadline?: string;
  /** What happens; one `run --once` unless told. */
  readonly play?: (stage: Stage) => Promise<Played>;
  /** What is looked at while the one `run --once` of a row without a play runs. */
  readonly during?: (stage: Stage) => Promise<readonly Check[]>;
  /** Further things that must be true afterwards. */
  readonly check?: (evidence: Evidence) => Promise<readonly Check[]> | readonly Check[];
  /** The fault is a change of the list without a `fault` line: how often it happened, by the ledger. */
  readonly happened?: (ledger: Ledger) => number;
  readonly peers?: PeerCells;
}

/** A check in one expression. */
export function check(what: string, ok: boolean, seen: unknown): Check {
  return { what, ok, seen: typeof seen === 'string' ? seen : JSON.stringify(seen) };
}
