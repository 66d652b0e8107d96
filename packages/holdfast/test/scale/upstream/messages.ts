import type { UpstreamOptions } from '@holdfast/upstream';

/** What the process of the upstream is told and asked. `id` names the answer. */
export type Question =
  | {
      readonly id: number;
      readonly do: 'create';
      readonly now: number;
      readonly options: Omit<UpstreamOptions, 'now' | 'sink'>;
    }
  | {
      readonly id: number;
      readonly do: 'handle';
      readonly now: number;
      readonly url: string;
      readonly headers: Readonly<Record<string, string>>;
    }
  | { readonly id: number; readonly do: 'publish-hidden'; readonly now: number }
  /** Sorts what the lists hold by id; gives how many. */
  | { readonly id: number; readonly do: 'sort-truth' }
  /** A part of it, as `id` and `datestamp` in turn. */
  | { readonly id: number; readonly do: 'truth'; readonly from: number; readonly count: number };

/** The answer to a question, or why there is none. */
export type Reply =
  { readonly id: number; readonly value: unknown } | { readonly id: number; readonly error: string };

/** What an HTTP request gets; plain data. */
export interface Served {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}
