import { HoldfastError } from '../../model/error.ts';
import type { ErrorDetails } from '../../model/error.ts';

/** A call to the writer's thread. */
export interface Call {
  readonly number: number;
  readonly method: string;
  readonly values: readonly unknown[];
}

/** An error as plain data: classes and their fields do not survive the way between threads. */
export interface PlainError {
  readonly code: string;
  readonly message: string;
  readonly hint: string;
  readonly verdict: ErrorDetails['verdict'] | null;
  readonly stack: string | null;
}

/** The answer to a call. */
export type Answer =
  | { readonly number: number; readonly ok: true; readonly value: unknown }
  | { readonly number: number; readonly ok: false; readonly error: PlainError };

/** An error as data to be sent. */
export function toPlain(error: unknown): PlainError {
  if (error instanceof HoldfastError) {
    const { code, message, hint, verdict = null, stack = null } = error;
    return { code, message, hint, verdict, stack };
  }
  const { message, stack = null } = error instanceof Error ? error : new Error(String(error));
  const hint = 'This is a defect of the store; please report it with this text.';
  return { code: 'ERR_STORE_DEFECT', message, hint, verdict: null, stack };
}

/** The error that was sent; its `cause` holds the trace of the other thread. */
export function fromPlain({ code, message, hint, verdict, stack }: PlainError): HoldfastError {
  return new HoldfastError(code, message, {
    hint,
    ...(verdict ? { verdict } : {}),
    ...(stack === null ? {} : { cause: stack }),
  });
}
