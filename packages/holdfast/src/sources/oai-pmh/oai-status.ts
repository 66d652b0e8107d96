import type { Answer } from '../../transport/port.ts';
import { throttleNotice } from '../../transport/throttle-bodies.ts';
import { glimpse } from '../glimpse.ts';
import type { Reading } from '../port.ts';

/** Statuses by which a server says more than HTTP does. */
export interface StatusRules {
  /** Always a throttle (arXiv's edge: 406). */
  readonly throttleStatuses: readonly number[];
  /** The server has shut us out (arXiv: 403). */
  readonly blockStatuses: readonly number[];
}

/** Either the judgement, or leave to read the body: `otherwise` stands when it holds no error of the protocol. */
export type StatusVerdict =
  | { readonly stop: true; readonly reading: Reading }
  | { readonly stop: false; readonly otherwise: Reading | null };

/** What an edge (Cloudflare's error 1015) writes into the error page by which it limits rates. */
const EDGE_LIMIT = /error( code)?:? *1015\b|\brate.?limit/i;

/**
 * What status, headers and bare notices say before the document is read. A success proves nothing yet; a 4xx may
 * carry an error of the protocol, so the document is still looked at; a 5xx is never a page.
 */
export function judgeStatus(rules: StatusRules, answer: Answer, answeredBefore: boolean): StatusVerdict {
  const { status } = answer;
  const throttle = throttleOf(rules, answer, answeredBefore);
  if (throttle !== null) return { stop: true, reading: { type: 'throttled', detail: throttle } };
  if (status === 200) return { stop: false, otherwise: null };
  const code = `ERR_HTTP_${status}`;
  const detail = `HTTP ${status}: ${glimpse(answer.body)}`;
  if (EDGE_LIMIT.test(detail)) return { stop: true, reading: { type: 'throttled', detail } };
  if (rules.blockStatuses.includes(status)) return { stop: true, reading: { type: 'blocked', detail } };
  const transient = status < 400 || status >= 500 || status === 408 || status === 425;
  if (transient) return { stop: true, reading: { type: 'broken', code, detail } };
  return { stop: false, otherwise: { type: 'refused', cause: 'request', detail } };
}

function throttleOf(rules: StatusRules, answer: Answer, answeredBefore: boolean): string | null {
  const notice = throttleNotice(answer.body);
  if (notice !== null) return `HTTP ${answer.status}: ${notice}`;
  const { status } = answer;
  if (status === 503 && answer.headers['retry-after'] === undefined) return null;
  const throttles = status === 429 || status === 503 || rules.throttleStatuses.includes(status);
  return throttles || (status === 406 && answeredBefore) ? `HTTP ${status}: ${glimpse(answer.body)}` : null;
}
