/** Everything an operation decides, as data. */
export type OperationEvent =
  | {
      readonly type: 'started';
      readonly operation: string;
      readonly resumed: boolean;
      readonly starts: number;
    }
  | {
      readonly type: 'step';
      readonly operation: string;
      readonly path: string;
      readonly how: 'ran' | 'replayed';
    }
  | {
      readonly type: 'item';
      readonly operation: string;
      readonly path: string;
      readonly how: 'done' | 'before';
    }
  | {
      readonly type: 'commit';
      readonly operation: string;
      readonly path: string;
      readonly how: 'written' | 'before' | 'dry';
    }
  | {
      readonly type: 'effect';
      readonly operation: string;
      readonly path: string;
      /** `withdrawn`: it failed, and certainly did not happen. `again`: `verify` says that it did not happen. */
      readonly how: 'intent' | 'done' | 'before' | 'verified' | 'again' | 'withdrawn' | 'in-doubt' | 'dry';
      /** What made it fail, with `withdrawn`, `again` and `in-doubt`. */
      readonly error?: unknown;
    }
  /** A step or effect runs again after this error, as the session decided. */
  | { readonly type: 'repeat'; readonly operation: string; readonly path: string; readonly error: unknown }
  | {
      readonly type: 'finished';
      readonly operation: string;
      readonly state: 'done' | 'partial' | 'failed';
      readonly error?: unknown;
    };
