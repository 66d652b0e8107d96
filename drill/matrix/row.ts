import type { Check, Layer } from '../fault.ts';
import type { Installation } from '../product/installation.ts';
import type { Running } from '../product/run-command.ts';
import type { Ledger } from '../upstream/ledger.ts';
import type { Kind, Simulator } from '../upstream/simulator.ts';

/** A simulated upstream of a row. */
export interface UpstreamSpec {
  readonly kind: Kind;
  readonly records: number;
  readonly pageSize: number;
  /** At quick size the list is so many times shorter, and its pages are, so that a fault strikes the same page. */
  readonly shorter?: number;
  /** Faults as `holdfast sim` takes them. */
  readonly faults: readonly string[];
  /** Further flags of `holdfast sim`. */
  readonly args?: readonly string[];
  /** Further keys of the source in the product's configuration. */
  readonly source?: Readonly<Record<string, unknown>>;
}

/** Everything that a row's own play has to work with. */
export interface Scene {
  readonly product: Installation;
  /** In the order of the row's upstreams; the first source is called `s1`. */
  readonly simulators: readonly [Simulator, ...Simulator[]];
  /** The ledgers as they stand now, in the same order. */
  readonly ledgers: () => readonly [Ledger, ...Ledger[]];
  /** Starts `run --once`, with the deadline of the row unless told; what it prints counts for the times of detection and recovery. */
  readonly startOnce: (deadline?: string) => Running;
  /** `run --once` until it ends, or until `signal` aborts it. */
  readonly runOnce: (deadline?: string) => Promise<number | null>;
  readonly signal: AbortSignal;
}

/** What a play saw. */
export interface Outcome {
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
  /** Whether something that the product shows is of a source of this row: several rows can share a product. */
  readonly isOurs: (shown: { readonly source: string }) => boolean;
  /** The answer in which a fault fired, byte for character, from a fresh simulator that is asked the same. */
  readonly answerWith: (fault: string) => Promise<string>;
}

/** What must come out. What is not named is: exit 0, nothing lost, no gap, nothing in the quarantine. */
export interface Expectation {
  readonly exit?: number;
  readonly gaps?: number;
  readonly quarantined?: number;
  /** Bound on the requests beyond those of the walk without a fault. */
  readonly wastedAtMost?: number;
}

/** A fault of an upstream, by what is asked of it and what must come out. */
export interface Row {
  readonly name: string;
  /** `protocol` unless told. */
  readonly layer?: Layer;
  /** Part of `--quick`. */
  readonly quick?: boolean;
  readonly about: string;
  /** Told where `holdsOf` the expectation does not say it. */
  readonly holds?: string;
  readonly upstreams: readonly [UpstreamSpec, ...UpstreamSpec[]];
  readonly expect?: Expectation;
  /** Longest life of one `run --once`; 90s unless told. */
  readonly deadline?: string;
  /** Variables of the product's environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** What happens; one `run --once` unless told. */
  readonly play?: (scene: Scene) => Promise<Outcome>;
  /** What is looked at while the one `run --once` of a row without a play runs. */
  readonly during?: (scene: Scene) => Promise<readonly Check[]>;
  /** Further things that must be true afterwards. */
  readonly check?: (evidence: Evidence) => Promise<readonly Check[]> | readonly Check[];
  /** The fault is a change of the list without a `fault` line: how often it happened, by the ledger. */
  readonly happened?: (ledger: Ledger) => number;
}
