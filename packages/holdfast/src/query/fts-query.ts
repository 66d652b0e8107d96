import type { Clause, Query, Term } from './parse-query.ts';

/** A parsed query as an FTS5 expression. Every text is quoted, so nothing a person types is FTS5 syntax. */
export function ftsQuery(query: Query): string {
  return query.map(clauseOf).join(' OR ');
}

function clauseOf({ all, none }: Clause): string {
  const wanted = all.map(termOf).join(' AND ');
  return none.length === 0 ? `(${wanted})` : `((${wanted}) NOT (${none.map(termOf).join(' OR ')}))`;
}

function termOf({ text, prefix, field }: Term): string {
  const quoted = `"${text.replaceAll('"', '""')}"${prefix ? ' *' : ''}`;
  return field === null ? quoted : `{${field}} : ${quoted}`;
}
