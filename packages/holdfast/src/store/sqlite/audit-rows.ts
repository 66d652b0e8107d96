import type { AuditRun } from '../../model/audit.ts';
import type { Connection } from './database.ts';
import { insertChecked } from './row-check.ts';
import { text } from './rows.ts';

const PUT = insertChecked('audits', 'INSERT OR REPLACE');
/** So many audits of a source are kept. */
const KEPT = 100;

/** Audits of a source, or of all (null), newest first. */
export function readAudits(db: Connection, source: string | null): readonly AuditRun[] {
  const sql = 'SELECT data FROM audits WHERE ?1 IS NULL OR source = ?1 ORDER BY started_at DESC, id DESC';
  return db.all(sql, source).map((row) => JSON.parse(text(row, 'data')) as AuditRun);
}

/** Creates or replaces an audit; the oldest of its source go. */
export function putAudit(db: Connection, audit: AuditRun): void {
  const { id, source, startedAt } = audit;
  db.run(PUT, id, source, startedAt, JSON.stringify(audit));
  const drop = `DELETE FROM audits WHERE id IN
    (SELECT id FROM audits WHERE source = ? ORDER BY started_at DESC LIMIT -1 OFFSET ${String(KEPT)})`;
  db.run(drop, source);
}
