/** A fault that strikes once, on page 4 of 5, and how it is called in the table. */
export interface Fault {
  readonly fault: string;
  readonly about: string;
  /** For the query API too, where an offset list has no tokens. */
  readonly api: boolean;
}

/** The list that was measured with other harvesters in 2026; `metha` and `sickle` can be added by the container recipe. */
export const faults: readonly Fault[] = [
  { fault: 'expired-token', about: 'expired token', api: false },
  { fault: '503-retry-after', about: '503, Retry-After: 1', api: true },
  { fault: '503-retry-after-date', about: '503, Retry-After: HTTP date', api: true },
  { fault: '429-retry-after', about: '429, Retry-After: 1', api: true },
  { fault: '406', about: '406', api: true },
  { fault: 'throttle-body-200', about: '200 "Rate exceeded."', api: true },
  { fault: '500', about: '500', api: true },
  { fault: 'body-cut-reset', about: 'body cut, connection reset', api: true },
  { fault: 'body-cut-valid', about: 'body cut, HTTP valid', api: true },
  { fault: 'gzip-truncated', about: 'gzip cut, length valid', api: true },
  { fault: 'empty-page-with-empty-token', about: 'empty page, empty token', api: false },
  { fault: 'no-records-match-mid-list', about: 'noRecordsMatch mid-list', api: false },
  { fault: 'tcp-reset', about: 'TCP reset', api: true },
  { fault: 'never-answers', about: 'server never answers once', api: true },
  { fault: 'same-token', about: 'same token once', api: false },
  { fault: 'control-character', about: 'control character', api: true },
];
