import { classify, classifyStatus } from '@holdfast/resilience';
import type { Verdict } from '@holdfast/resilience';
import { HoldfastError } from '../model/error.ts';
import { bodyError, codeOf } from './body-error.ts';

/** What was known of an exchange when it failed. */
export interface FailedExchange {
  readonly host: string;
  /** Status and headers, when they had come. */
  readonly head: { readonly status: number; readonly headers: Readonly<Record<string, string>> } | null;
  readonly proxied: boolean;
  /** Wall ms. */
  readonly now: number;
}

/**
 * Turns whatever broke an exchange into an error with a code, a sentence and a verdict. When the head had come
 * and it was a throttle, the throttle decides: a cut body must not undercut its Retry-After.
 */
export function wireError(error: unknown, exchange: FailedExchange): HoldfastError {
  const known = error instanceof HoldfastError ? error : describe(error, exchange);
  const throttle = throttleOf(exchange);
  if (throttle === null) return known;
  return new HoldfastError(known.code, known.message, { hint: known.hint, cause: error, verdict: throttle });
}

function throttleOf({ head, now }: FailedExchange): Verdict | null {
  if (head === null) return null;
  const { 'retry-after': retryAfter, date } = head.headers;
  const verdict = classifyStatus(head.status, {
    now,
    ...(retryAfter === undefined ? {} : { retryAfter }),
    ...(date === undefined ? {} : { date }),
  });
  return verdict?.category === 'rate-limit' ? verdict : null;
}

function describe(error: unknown, exchange: FailedExchange): HoldfastError {
  const cause = codeOf(error) ?? 'no code';
  if (cause === 'HPE_CLOSED_CONNECTION') return bodyError('too-long', exchange.host, error);
  // A complete answer followed by bytes that are no answer: the body was longer than its length.
  if (exchange.head !== null && cause.startsWith('HPE_'))
    return bodyError(isCut(cause) ? 'cut' : 'too-long', exchange.host, error);
  const verdict = classify(error);
  const { code, message, hint } = sentence(cause, verdict, exchange);
  return new HoldfastError(code, message, { hint, cause: error, verdict: { ...verdict, code: cause } });
}

/** Parser errors that speak of the chunked framing, not of bytes after the end. */
function isCut(code: string): boolean {
  return /^HPE_(INVALID_CHUNK_SIZE|INVALID_EOF_STATE|STRICT|CR_EXPECTED|LF_EXPECTED|INVALID_TRANSFER_ENCODING|CHUNK_EXTENSIONS_OVERFLOW)$/.test(
    code,
  );
}

function sentence(
  cause: string,
  verdict: Verdict,
  exchange: FailedExchange,
): { code: string; message: string; hint: string } {
  const { host } = exchange;
  const via = exchange.proxied ? ' through the proxy' : '';
  const again = 'It is tried again by itself; check the network if it stays.';
  if (cause === 'HPE_HEADER_OVERFLOW')
    return {
      code: 'ERR_HEADERS_TOO_LARGE',
      message: `${host} sent more headers than are allowed.`,
      hint: again,
    };
  if (cause.startsWith('HPE_'))
    return {
      code: 'ERR_NOT_HTTP',
      message: `What ${host} sent is not HTTP (${cause}).`,
      hint: 'Check the base URL: another program may answer on this port.',
    };
  switch (verdict.category) {
    case 'timeout':
      return { code: cause, message: `${host}${via}: ${lateness(cause)}.`, hint: again };
    case 'dns':
      return {
        code: 'ERR_DNS',
        message: `The name of ${host} could not be looked up${via} (${cause}).`,
        hint: again,
      };
    case 'tls':
      return {
        code: 'ERR_TLS',
        message: `The encrypted connection to ${host}${via} was not accepted (${cause}).`,
        hint: 'A login page of the network or an inspecting proxy may stand between: name its certificate in NODE_EXTRA_CA_CERTS. Check the clock of this machine.',
      };
    case 'local':
      return {
        code: 'ERR_LOCAL_RESOURCES',
        message: `This machine could not open a connection to ${host} (${cause}).`,
        hint: 'Check the limit of open files, memory and disk.',
      };
    case 'network':
      return network(cause, verdict, exchange, again);
    default:
      return {
        code: 'ERR_TRANSPORT',
        message: `The request to ${host}${via} failed (${cause}).`,
        hint: again,
      };
  }
}

function lateness(code: string): string {
  if (code === 'ERR_TIMEOUT_CONNECT') return 'no connection was made in time';
  return code === 'ERR_TIMEOUT_FIRST_BYTE'
    ? 'no answer began in time'
    : 'the answer stood still for too long';
}

function network(
  cause: string,
  verdict: Verdict,
  { host, head, proxied }: FailedExchange,
  hint: string,
): { code: string; message: string; hint: string } {
  const via = proxied ? ' through the proxy' : '';
  if (head !== null)
    return {
      code: 'ERR_BODY_CUT',
      message: `The connection to ${host}${via} broke within the answer (${cause}).`,
      hint,
    };
  if (verdict.safeToReplay === 'yes')
    return { code: 'ERR_CONNECT', message: `No connection to ${host}${via} could be made (${cause}).`, hint };
  return {
    code: 'ERR_CONNECTION_LOST',
    message: `The connection to ${host}${via} broke before the answer began (${cause}).`,
    hint,
  };
}
