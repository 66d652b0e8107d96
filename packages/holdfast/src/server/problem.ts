import { HoldfastError } from '../model/error.ts';

/** Why a request is not answered as asked: the body of every error, as JSON or as a page. */
export interface Problem {
  readonly status: 400 | 403 | 404 | 405 | 500 | 503;
  readonly code: string;
  readonly message: string;
  readonly hint: string;
}

/** What may be told of an error: a sentence of ours, never a stack or a foreign message. */
export function problemOf(error: unknown): Problem {
  if (error instanceof HoldfastError) {
    const { code, message, hint } = error;
    return { status: 503, code, message, hint };
  }
  return {
    status: 500,
    code: 'ERR_UNKNOWN',
    message: 'The server met an error that it does not know.',
    hint: 'The harvest goes on without this page. See `holdfast logs`.',
  };
}
