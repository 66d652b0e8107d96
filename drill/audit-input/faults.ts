/** The faults of the measured matrix, each once, on page 4 of the walk. */
export const faults: readonly string[] = [
  'expired-token',
  '503-retry-after',
  '503-retry-after-date',
  '429-retry-after',
  '406',
  'throttle-body-200',
  '500',
  'body-cut-reset',
  'body-cut-valid',
  'empty-page-with-empty-token',
  'no-records-match-mid-list',
  'tcp-reset',
  'never-answers',
  'same-token',
  'control-character',
];
