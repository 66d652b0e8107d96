/** The resumptionToken element of a list page; `absent` also stands for the JSON kinds. */
export type TokenElement =
  | { readonly kind: 'absent' }
  | { readonly kind: 'empty'; readonly attributes: Readonly<Record<string, string>> }
  | { readonly kind: 'next'; readonly text: string; readonly attributes: Readonly<Record<string, string>> };

/** A list page before it is printed; faults of the page layer change it. */
export interface PagePlan {
  /** Rows in the order in which they are printed. */
  readonly rows: readonly number[];
  readonly token: TokenElement;
  /** completeListSize or `total`. */
  readonly total: number;
  /** The category that bioRxiv echoes. */
  readonly category: string;
}

/** How long arXiv's cache keeps an answer. */
export type CacheClass = 'open' | 'closed' | 'error' | 'record' | 'static' | 'none';

/** What a service says to a request, before faults and transport. */
export type Answer =
  | {
      readonly type: 'page';
      readonly page: PagePlan;
      readonly print: (page: PagePlan) => string;
      readonly contentType: string;
      readonly cache: CacheClass;
    }
  | {
      readonly type: 'text';
      readonly status: number;
      readonly text: string;
      readonly contentType: string;
      readonly cache: CacheClass;
      /** Rows that the text holds. */
      readonly rows: readonly number[];
      readonly location?: string;
    };

/** A request as the services and faults see it. */
export interface Call {
  readonly n: number;
  readonly url: string;
  readonly path: string;
  readonly pairs: readonly (readonly [key: string, value: string])[];
  readonly verb: string;
  readonly params: Readonly<Record<string, string>>;
  /** Milliseconds on the server's clock. */
  readonly now: number;
}

/** One simulated service. Pure but for its corpus, which others change between calls. */
export interface Service {
  /** The verb of a request, as ledger and fault scopes name it. */
  verb(path: string, params: Readonly<Record<string, string>>): string;
  /** Answers; `pageSize` overrides the configured rows a page. */
  answer(call: Call, pageSize?: number): Answer;
  /** The answer to a token or request that the service rejects in its own form; undefined where it has no errors. */
  reject?(call: Call, code: string, message: string): Answer;
}
