import type { Category, SafeToReplay, Scope } from './verdict.ts';

/** One row of the table of errors. All conditions that a row names must hold. */
export interface Rule {
  /** Error codes, compared whole. */
  readonly codes?: readonly string[];
  /** Start of the error code. */
  readonly codePrefix?: string;
  /** `error.name`, compared whole. */
  readonly names?: readonly string[];
  /** `error.syscall`: with `connect` nothing was sent. */
  readonly syscalls?: readonly string[];
  /** SQLite's primary result code (`errcode & 0xff`). */
  readonly sqlite?: readonly number[];
  /**
   * A cause that is a plain Error without a code or a cause of its own, under exactly this message. For fetch alone,
   * which refuses in this form and no other: the text of `fetch failed` tells nothing, the kind of cause does.
   */
  readonly plainCauseOf?: string;
  readonly category: Category;
  readonly scope: Scope;
  readonly safeToReplay: SafeToReplay;
}

const DNS_QUERIES = ['queryA', 'queryAaaa', 'queryMx', 'queryTxt', 'querySrv', 'queryCname', 'queryNs'];
const NOT_SENT = ['connect', 'getaddrinfo', ...DNS_QUERIES];

/** Node: sockets, DNS, TLS, our own machine. The first row that matches decides. */
export const NODE_RULES: readonly Rule[] = [
  // The name server cannot be reached.
  { codes: ['ECONNREFUSED'], syscalls: DNS_QUERIES, category: 'dns', scope: 'call', safeToReplay: 'yes' },
  {
    codes: ['ECONNREFUSED', 'ENETUNREACH', 'EHOSTUNREACH', 'ENETDOWN', 'EHOSTDOWN', 'EADDRNOTAVAIL'],
    category: 'network',
    scope: 'call',
    safeToReplay: 'yes',
  },
  {
    codes: ['ETIMEDOUT', 'ECONNRESET'],
    syscalls: NOT_SENT,
    category: 'network',
    scope: 'call',
    safeToReplay: 'yes',
  },
  // Node's race for the first of several addresses has a code and no system call.
  {
    names: ['AggregateError'],
    codes: ['ETIMEDOUT', 'ECONNRESET'],
    category: 'network',
    scope: 'call',
    safeToReplay: 'yes',
  },
  {
    codes: [
      'ECONNRESET',
      'EPIPE',
      'ECONNABORTED',
      'ETIMEDOUT',
      'ENOTCONN',
      'ERR_STREAM_PREMATURE_CLOSE',
      'ERR_SOCKET_CLOSED',
    ],
    category: 'network',
    scope: 'call',
    safeToReplay: 'unknown',
  },
  {
    codes: [
      'EAI_AGAIN',
      'ENOTFOUND',
      'ENODATA',
      'ESERVFAIL',
      'EAI_NODATA',
      'EAI_NONAME',
      'EAI_FAIL',
      'ETIMEOUT',
      'EREFUSED',
      'EFORMERR',
      'EBADRESP',
      'ENOTIMP',
    ],
    category: 'dns',
    scope: 'call',
    safeToReplay: 'yes',
  },
  {
    codes: ['CERT_NOT_YET_VALID', 'CERT_HAS_EXPIRED'],
    category: 'tls',
    scope: 'call',
    safeToReplay: 'yes',
  },
  {
    codes: [
      'DEPTH_ZERO_SELF_SIGNED_CERT',
      'SELF_SIGNED_CERT_IN_CHAIN',
      'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
      'UNABLE_TO_GET_ISSUER_CERT',
      'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
      'CERT_REVOKED',
      'CERT_UNTRUSTED',
      'CERT_REJECTED',
      'CERT_SIGNATURE_FAILURE',
      'CERT_CHAIN_TOO_LONG',
      'INVALID_CA',
      'INVALID_PURPOSE',
      'HOSTNAME_MISMATCH',
      // How older versions of Node report a peer that speaks no TLS.
      'EPROTO',
    ],
    category: 'tls',
    scope: 'call',
    safeToReplay: 'no',
  },
  { codePrefix: 'ERR_TLS_', category: 'tls', scope: 'call', safeToReplay: 'no' },
  { codePrefix: 'ERR_SSL_', category: 'tls', scope: 'call', safeToReplay: 'no' },
  {
    codes: [
      'ENOSPC',
      'EDQUOT',
      'EMFILE',
      'ENFILE',
      'ENOMEM',
      'EIO',
      'EROFS',
      'EAGAIN',
      'ERR_WORKER_OUT_OF_MEMORY',
    ],
    category: 'local',
    scope: 'none',
    safeToReplay: 'unknown',
  },
  { codes: ['ABORT_ERR', 'ECANCELLED'], category: 'cancelled', scope: 'none', safeToReplay: 'no' },
  { names: ['AbortError'], category: 'cancelled', scope: 'none', safeToReplay: 'no' },
  { names: ['TimeoutError'], category: 'timeout', scope: 'call', safeToReplay: 'unknown' },
  {
    codes: ['ERR_INVALID_URL', 'ERR_INVALID_PROTOCOL', 'ERR_UNESCAPED_CHARACTERS'],
    category: 'permanent',
    scope: 'call',
    safeToReplay: 'no',
  },
  { codes: ['ERR_ASSERTION'], category: 'defect', scope: 'none', safeToReplay: 'no' },
  { codePrefix: 'ERR_INVALID_ARG', category: 'defect', scope: 'none', safeToReplay: 'no' },
  { names: ['ReferenceError'], category: 'defect', scope: 'none', safeToReplay: 'no' },
];

/** node:http, node:http2 and node:zlib. */
export const HTTP_RULES: readonly Rule[] = [
  {
    codes: ['ERR_HTTP_REQUEST_TIMEOUT', 'ERR_SOCKET_CONNECTION_TIMEOUT'],
    category: 'timeout',
    scope: 'call',
    safeToReplay: 'unknown',
  },
  // The bytes were not HTTP, or broke off: once more may help.
  { codePrefix: 'HPE_', category: 'network', scope: 'call', safeToReplay: 'unknown' },
  { names: ['HTTPParserError'], category: 'network', scope: 'call', safeToReplay: 'unknown' },
  { codePrefix: 'ERR_HTTP2_', category: 'network', scope: 'call', safeToReplay: 'unknown' },
  // The other ERR_HTTP_ codes name a wrong use of the client.
  { codePrefix: 'ERR_HTTP_', category: 'defect', scope: 'none', safeToReplay: 'no' },
  { codes: ['Z_MEM_ERROR'], category: 'local', scope: 'none', safeToReplay: 'unknown' },
  { codePrefix: 'Z_', category: 'network', scope: 'call', safeToReplay: 'unknown' },
];

/** fetch and undici. */
export const UNDICI_RULES: readonly Rule[] = [
  { codes: ['UND_ERR_CONNECT_TIMEOUT'], category: 'timeout', scope: 'call', safeToReplay: 'yes' },
  {
    codes: ['UND_ERR_HEADERS_TIMEOUT', 'UND_ERR_BODY_TIMEOUT'],
    category: 'timeout',
    scope: 'call',
    safeToReplay: 'unknown',
  },
  {
    codes: [
      'UND_ERR_SOCKET',
      'UND_ERR_RES_CONTENT_LENGTH_MISMATCH',
      'UND_ERR_HEADERS_OVERFLOW',
      'UND_ERR_RES_EXCEEDED_MAX_SIZE',
    ],
    category: 'network',
    scope: 'call',
    safeToReplay: 'unknown',
  },
  {
    codes: ['UND_ERR_DESTROYED', 'UND_ERR_CLOSED'],
    category: 'session-lost',
    scope: 'session',
    safeToReplay: 'yes',
  },
  { codes: ['UND_ERR_PRX_TLS'], category: 'tls', scope: 'call', safeToReplay: 'yes' },
  { codes: ['UND_ERR_ABORTED'], category: 'cancelled', scope: 'none', safeToReplay: 'no' },
  {
    codes: ['UND_ERR_REQ_CONTENT_LENGTH_MISMATCH', 'UND_ERR_INVALID_ARG'],
    category: 'permanent',
    scope: 'call',
    safeToReplay: 'no',
  },
  // A blocked port, too many redirects, a scheme it does not know: fetch refuses by itself.
  {
    names: ['TypeError'],
    plainCauseOf: 'fetch failed',
    category: 'permanent',
    scope: 'call',
    safeToReplay: 'no',
  },
];

/** node:sqlite, by SQLite's primary result code. */
export const SQLITE_RULES: readonly Rule[] = [
  // BUSY: somebody else holds the lock; nothing was done.
  {
    codes: ['ERR_SQLITE_ERROR'],
    sqlite: [5],
    category: 'local',
    scope: 'none',
    safeToReplay: 'yes',
  },
  // NOMEM, READONLY, IOERR, FULL, CANTOPEN.
  {
    codes: ['ERR_SQLITE_ERROR'],
    sqlite: [7, 8, 10, 13, 14],
    category: 'local',
    scope: 'none',
    safeToReplay: 'unknown',
  },
];

/** The table that `classify` uses unless it is given more rows. */
export const DEFAULT_RULES: readonly Rule[] = [
  ...NODE_RULES,
  ...HTTP_RULES,
  ...UNDICI_RULES,
  ...SQLITE_RULES,
];
