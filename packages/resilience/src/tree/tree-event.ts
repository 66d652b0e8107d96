import type { SupervisorError } from './supervisor-error.ts';

/** Everything a supervisor does and meets, as data. `child` is the child's id, `run` counts its runs from 1. */
export type TreeEvent =
  | { readonly type: 'started'; readonly supervisor: string; readonly child: string; readonly run: number }
  /** A child ended by itself; `error` when it failed. */
  | {
      readonly type: 'exited';
      readonly supervisor: string;
      readonly child: string;
      readonly run: number;
      readonly outcome: 'fulfilled' | 'rejected';
      readonly error?: unknown;
    }
  /** The children in `group` are started anew, in this order, because `child` ended. */
  | {
      readonly type: 'restart';
      readonly supervisor: string;
      readonly child: string;
      readonly group: readonly string[];
    }
  /** A child ended that was told to; `error` when it failed with anything but the reason of its signal. */
  | {
      readonly type: 'stopped';
      readonly supervisor: string;
      readonly child: string;
      readonly run: number;
      readonly error?: unknown;
    }
  /** A child ignored its signal for so long that it is not waited for any more. It may still be at work. */
  | {
      readonly type: 'abandoned';
      readonly supervisor: string;
      readonly child: string;
      readonly run: number;
      readonly limitMs: number;
    }
  /** A child ended after it was not waited for any more. */
  | {
      readonly type: 'late';
      readonly supervisor: string;
      readonly child: string;
      readonly run: number;
      readonly outcome: 'fulfilled' | 'rejected';
      readonly error?: unknown;
    }
  /** Too many restarts: the children that are left are stopped, then `done` rejects with the error. */
  | { readonly type: 'give-up'; readonly supervisor: string; readonly error: SupervisorError };
