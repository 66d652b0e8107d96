import type { AuditRun } from '../model/audit.ts';
import type { Item } from '../model/item.ts';
import type { Window } from '../model/window.ts';
import type { ClosedRange } from '../sources/inventory.ts';
import type { PageRequest, Reading, Source } from '../sources/port.ts';
import type { StoreReader } from '../store/port.ts';

/** A list that an audit wants walked: of identifiers, by the inventory, or of a stream, once more. */
export interface AuditList {
  /** Null: the inventory's identifiers. */
  readonly stream: string | null;
  readonly range: ClosedRange;
  /** The inventory's turn, or the look of the stream. */
  readonly turn: number;
}

/** What one request of a list brought. */
export interface AuditPage {
  /** Where the list stands now: its affair who walks it. */
  readonly cursor: string;
  readonly state: 'more' | 'finished' | 'stuck';
  /** Why it is stuck, and whether shorter ranges may help; '' otherwise. */
  readonly why: string;
  readonly narrow: boolean;
  /** Records of the whole list so far. */
  readonly records: number;
  /** The size that the list announced and did not reach; null when it did, or announced none. */
  readonly short: number | null;
  readonly items: readonly Item[];
  /** The page was damaged and mended: an identifier in it may be a mended one. */
  readonly mended: boolean;
  /** Commits what the page held. */
  readonly keep: (items: readonly Item[]) => Promise<Kept>;
}

/** What a commit of an audit did. */
export interface Kept {
  /** Records that were stored now, or changed. */
  readonly stored: number;
  /** Listed, and absent or older here: a gap was opened for each. */
  readonly missing: number;
}

/** What an audit works with. It asks; whoever gives it these fetches and commits. */
export interface AuditPorts {
  readonly source: Source;
  readonly store: Pick<
    StoreReader,
    'held' | 'find' | 'show' | 'windows' | 'gaps' | 'quarantine' | 'countByDay'
  >;
  /** Wall ms. */
  readonly now: () => number;
  /** One request of a list; `left`: at most so many may be sent. @throws as a fetch */
  page(list: AuditList, cursor: string, left: number): Promise<AuditPage>;
  /** One request that is no list. @throws as a fetch */
  ask(request: PageRequest, left: number): Promise<Reading>;
  /** Commits what was learnt without a page of its own. */
  keep(items: readonly Item[]): Promise<Kept>;
  readonly save: (run: AuditRun) => Promise<void>;
  /** Requests sent to this source so far, repeats and redirects included. */
  sent(): number;
  /** Whether the upstream answers another request, when one cannot be had. */
  answers(): Promise<boolean>;
  /** Aborted: what fails now says nothing of the upstream. */
  readonly signal: AbortSignal;
  /** Something more urgent waits. */
  shouldYield(): boolean;
}

/** What the agenda of a source needs to know of its audits. */
export interface AuditStanding {
  /** One is under way, and its turn has come. */
  readonly ready: boolean;
  /** One is under way, whether or not its turn has come; a paused one is not. */
  readonly underWay: boolean;
  /** The next one is due; it begins when nothing of the history is owed. */
  readonly due: boolean;
  /** When one of both is to hold, wall ms; null = unknown, or never. */
  readonly nextAt: number | null;
}

/** What is asked of an audit by a person. */
export interface AuditWish {
  readonly repair: boolean;
  /** Requests in one turn; the configuration's, when left out. */
  readonly budget?: number;
}

/** The audits of one source. */
export interface SourceAudits {
  standing(windows: readonly Window[]): Promise<AuditStanding>;
  /** Goes on with the audit that is under way, or begins one; returns when something else is to be decided. @throws as a fetch */
  turn(ports: AuditPorts): Promise<void>;
  /** Begins or resumes one now; null when nothing is harvested that could be audited. */
  wish(wish: AuditWish, source: Source): Promise<AuditRun | null>;
}
