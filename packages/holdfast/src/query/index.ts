export { ftsQuery } from './fts-query.ts';
export { hasCategory, matchesQuery, searchTexts } from './match-query.ts';
export { parseQuery } from './parse-query.ts';
export type { Clause, Field, Query, Term } from './parse-query.ts';
