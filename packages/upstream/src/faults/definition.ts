import type { Corpus } from '../corpus/corpus.ts';
import type { Reply } from '../exchange.ts';
import type { Kind } from '../kind.ts';
import type { Answer, Call, PagePlan } from '../page.ts';
import type { Random } from '../random.ts';
import type { WireFault } from '../wire.ts';

/** What a fault may look at and do. */
export interface FaultContext {
  readonly call: Call;
  readonly kind: Kind;
  readonly corpus: Corpus;
  readonly random: Random;
  /** Rows of the list page that was served last. */
  readonly previousRows: readonly number[];
  /** Tokens given out for this verb, the newest last. */
  readonly tokens: readonly string[];
  readonly settings: {
    readonly retryAfter: number;
    readonly slowMs: number;
    readonly dripBytesPerSecond: number;
    readonly pageSize: number;
    readonly hugeChars: number;
  };
  /** The right answer, computed anew, by another page size if one is given. */
  readonly replan: (pageSize?: number) => Answer;
  /** An error in the service's own form. */
  readonly reject: (code: string, message: string) => Answer;
  /** Takes rows out of every list and publishes them later. */
  readonly omit: (rows: readonly number[]) => void;
  readonly poison: (row: number, everywhere: boolean) => void;
}

/**
 * Where a fault takes hold: instead of the service (`reply`), as another answer of the service (`answer`),
 * on the plan of a page (`page`), on its text (`text`), on the uncompressed bytes and headers (`plain`), or on the wire.
 */
export type Effect =
  | { readonly layer: 'reply'; readonly make: (context: FaultContext) => Reply }
  | { readonly layer: 'answer'; readonly make: (context: FaultContext) => Answer }
  | { readonly layer: 'page'; readonly change: (page: PagePlan, context: FaultContext) => PagePlan }
  | { readonly layer: 'text'; readonly change: (text: string, context: FaultContext) => string }
  | { readonly layer: 'plain'; readonly change: (reply: Reply, context: FaultContext) => Reply }
  | { readonly layer: 'wire'; readonly wire: (length: number, context: FaultContext) => WireFault };

/** What must be true of a request for the fault to fire; until then it stays armed. */
export type Need =
  | 'anything'
  /** The right answer holds rows. */
  | 'rows'
  /** The right answer is a page with at least two rows. */
  | 'two-rows'
  /** The request carries a token. */
  | 'continuation'
  /** The right answer gives a token. */
  | 'next-token'
  /** Continuation and next token. */
  | 'middle'
  /** A middle page of a walk whose last two pages gave tokens. */
  | 'two-tokens'
  /** A list page has been served before. */
  | 'previous'
  /** The request asks for a category. */
  | 'category'
  /** The request has an `until`. */
  | 'until';

/** A fault: data first, so that lists, documentation and tests are made from it. */
export interface FaultDefinition {
  readonly name: string;
  /** One sentence. */
  readonly about: string;
  readonly kinds: readonly Kind[];
  readonly needs: Need;
  /** The client receives a page that it may take for whole; such a page counts as served. */
  readonly delivers: boolean;
  readonly effect: Effect;
}

/** Every kind. */
export const everywhere: readonly Kind[] = ['arxiv', 'biorxiv', 'medrxiv', 'oai-pmh'];
/** The kinds that speak OAI-PMH. */
export const oai: readonly Kind[] = ['arxiv', 'oai-pmh'];
/** The kinds that speak JSON. */
export const json: readonly Kind[] = ['biorxiv', 'medrxiv'];
