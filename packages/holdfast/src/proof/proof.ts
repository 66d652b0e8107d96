import { createHash } from 'node:crypto';
import type { AuditMethod } from '../model/audit.ts';
import type { Day } from '../model/day.ts';
import type { Gap } from '../model/gap.ts';
import type { WindowState } from '../model/window.ts';
import type { Tally } from './tally.ts';
import type { WindowTally } from './window-book.ts';

/** What the first key of every proof says. */
export const PROOF_FORMAT = 'holdfast-proof';
/** Rises when a program that reads proofs has to be changed. */
export const PROOF_VERSION = 1;

/** A proof file; docs/proof-format.md says what each key means. Instants are ISO 8601 in UTC. */
export interface Proof {
  readonly format: typeof PROOF_FORMAT;
  readonly formatVersion: typeof PROOF_VERSION;
  readonly createdAt: string;
  readonly store: { readonly epoch: string };
  /** The prefix of the change feed that everything here is bound to. */
  readonly feed: { readonly seq: number; readonly sha256: string };
  /** The chain of commits as it stood then. */
  readonly chain: { readonly batch: number; readonly hash: string };
  /** Whether nothing in scope was unproved, missing or quarantined. */
  readonly complete: boolean;
  readonly sources: readonly SourceProof[];
  /** SHA-256 of the compact JSON of all the keys above. */
  readonly digest: string;
}

/** A proof before its digest. */
export type ProofBody = Omit<Proof, 'digest'>;

/** One source. */
export interface SourceProof {
  readonly id: string;
  readonly kind: string;
  /** As configured, without a password; null when the source is configured no more. */
  readonly baseUrl: string | null;
  /** All its records, whatever window they lie in. */
  readonly all: Tally;
  readonly windows: readonly WindowProof[];
  readonly notProved: readonly NotProved[];
  /** Those that touch none of these windows. */
  readonly gaps: readonly GapNote[];
  /** Everything of the source that is open in the quarantine. */
  readonly quarantined: number;
}

/** A window with a proved end. */
export interface WindowProof extends WindowTally {
  readonly stream: string;
  readonly from: Day;
  readonly to: Day;
  readonly state: WindowState;
  /** How its end was proved. */
  readonly ending: string;
  readonly lookedAt: string | null;
  readonly serverDate: string | null;
  readonly evidence: readonly Evidence[];
  readonly audit: AuditNote | null;
  readonly gaps: readonly GapNote[];
  readonly quarantined: number;
}

/** A response that supports the ending. */
export interface Evidence {
  readonly url: string;
  readonly sha256: string;
  readonly bytes: number;
  readonly fetchedAt: string;
  readonly look: number;
}

/** The newest audit that covered the window and came to its end. */
export interface AuditNote {
  readonly at: string;
  readonly methods: readonly AuditMethod[];
  readonly run: string;
}

/** A record or range that is known to be missing. */
export interface GapNote {
  readonly key: string;
  readonly state: Gap['state'];
  readonly since: string;
  readonly reason: string;
}

/** A window of which nothing is claimed. */
export interface NotProved {
  readonly stream: string;
  readonly from: Day;
  readonly to: Day | null;
  readonly state: WindowState;
  readonly reason: string;
}

/** What `digest` has to be. The order of the keys is that of the file. */
export function digestOf(body: object): string {
  return createHash('sha256').update(JSON.stringify(body)).digest('hex');
}

/** The file's text. */
export function proofText(proof: Proof): string {
  return `${JSON.stringify(proof, null, 2)}\n`;
}
