import type { Category } from '@holdfast/resilience';
import { HoldfastError } from '../model/error.ts';

/** What is wrong with a body whose head was fine. */
export type BodyFault = 'cut' | 'too-long' | 'too-large' | 'trailing-bytes' | 'corrupt' | 'coding';

const BODY_FAULTS: Readonly<
  Record<
    BodyFault,
    { readonly code: string; readonly category: Category; readonly says: string; readonly hint: string }
  >
> = {
  cut: {
    code: 'ERR_BODY_CUT',
    category: 'network',
    says: 'broke off its answer',
    hint: 'It is asked again by itself.',
  },
  'too-long': {
    code: 'ERR_BODY_TOO_LONG',
    category: 'network',
    says: 'sent more bytes than it announced',
    hint: 'It is asked again by itself; if it stays, a proxy on the way may be at fault.',
  },
  'too-large': {
    code: 'ERR_BODY_TOO_LARGE',
    category: 'permanent',
    says: 'sent a larger answer than is allowed',
    hint: 'Check that the base URL is right; a narrower range gives smaller answers.',
  },
  'trailing-bytes': {
    code: 'ERR_BODY_CORRUPT',
    category: 'network',
    says: 'sent bytes after the end of its compressed answer',
    hint: 'It is asked again by itself; if it stays, a proxy on the way may be at fault.',
  },
  corrupt: {
    code: 'ERR_BODY_CORRUPT',
    category: 'network',
    says: 'sent an answer that cannot be decompressed',
    hint: 'It is asked again by itself; if it stays, a proxy on the way may be at fault.',
  },
  coding: {
    code: 'ERR_CONTENT_CODING',
    category: 'network',
    says: 'compressed its answer in a way that was not asked for',
    hint: 'It is asked again by itself; if it stays, a proxy on the way may be at fault.',
  },
};

/** The error for a body that must not be used. */
export function bodyError(fault: BodyFault, host: string, cause?: unknown): HoldfastError {
  const { code, category, says, hint } = BODY_FAULTS[fault];
  const detail = typeof cause === 'string' ? ` (${cause.slice(0, 40)})` : '';
  const safeToReplay = category === 'permanent' ? 'no' : 'unknown';
  return new HoldfastError(code, `${host} ${says}${detail}.`, {
    hint,
    ...(cause === undefined ? {} : { cause }),
    verdict: { category, scope: 'call', safeToReplay, evidence: 'code', code: codeOf(cause) ?? code },
  });
}

/** The code of an error or of its first cause that has one. */
export function codeOf(error: unknown): string | undefined {
  for (let at = error, depth = 0; depth < 5 && typeof at === 'object' && at !== null; depth += 1) {
    if ('code' in at && typeof at.code === 'string') return at.code;
    at = 'cause' in at ? at.cause : undefined;
  }
  return undefined;
}
