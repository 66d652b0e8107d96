import type { SqliteTx } from '@holdfast/resilience/operation/sqlite';
import type { Profile } from './match-pages.ts';

/** Rates a match: its score, ten for each letter from it, five for a message to it. */
export function saveResult(tx: SqliteTx, { id, city, about }: Profile): void {
  tx.run(
    `INSERT OR REPLACE INTO results (id, name, city, about, letters, written, rating)
     SELECT id, name, ?, ?, letters, written, score + 10 * letters + 5 * written FROM (
       SELECT matches.*,
         (SELECT count(*) FROM letters WHERE sender = matches.id) AS letters,
         (SELECT count(*) FROM messages WHERE recipient = matches.id) AS written
       FROM matches WHERE id = ?)`,
    city,
    about,
    id,
  );
}

/** Sums the results up. */
export function saveSummary(tx: SqliteTx): void {
  tx.run('DELETE FROM summary');
  tx.run(`INSERT INTO summary (name, value)
    SELECT 'matches', count(*) FROM results
    UNION ALL SELECT 'letters', coalesce(sum(letters), 0) FROM results
    UNION ALL SELECT 'messages', coalesce(sum(written), 0) FROM results
    UNION ALL SELECT 'mean rating', round(coalesce(avg(rating), 0), 1) FROM results`);
}
