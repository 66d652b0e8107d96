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
      readonly how: 'intent' | 'done' | 'before' | 'verified' | 'again' | 'in-doubt' | 'dry';
    }
  | { readonly type: 'repeat'; readonly operation: string; readonly path: string; readonly error: unknown }
  | {
      readonly type: 'finished';
      readonly operation: string;
      readonly state: 'done' | 'partial' | 'failed';
      readonly error?: unknown;
    };
