export { auditDays, completeUntil, type JudgedDay } from './audit-days.ts';
export { coverageOf, shareOf, spansOf, type Coverage, type DaySpan } from './coverage.ts';
export type { SourceFacts } from './facts.ts';
export { readAllFacts, readFacts } from './read-facts.ts';
