/** Keeps a database busy from a process of its own: `holder.js FILE write|read`, until its input ends. */
import { DatabaseSync } from 'node:sqlite';

const [file = '', how = 'read'] = process.argv.slice(2);
const database = new DatabaseSync(file, { timeout: 10_000 });
if (how === 'write') database.exec('BEGIN IMMEDIATE');
else {
  database.exec('BEGIN');
  // A reader's state begins with its first look.
  database.prepare('SELECT count(*) FROM sqlite_schema').get();
}
process.stdout.write('held\n');
process.stdin.resume();
process.stdin.once('end', () => {
  database.exec('ROLLBACK');
  database.close();
});
