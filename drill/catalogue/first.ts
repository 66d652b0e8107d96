/** The four that people ask for first: they are played and shown first, by these plain names. */
export const FIRST: readonly string[] = [
  'network off and on',
  'process killed',
  'machine rebooted',
  'rapid crashes',
];
