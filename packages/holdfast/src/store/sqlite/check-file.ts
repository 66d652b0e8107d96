import { HoldfastError } from '../../model/error.ts';
import type { IntegrityFinding } from '../port.ts';
import { openConnection } from './database.ts';
import type { Connection } from './database.ts';
import { storeError } from './store-error.ts';

/** So many findings are told; a file that is badly damaged has thousands. */
const MOST = 100;
const INDEX = /\bindex ([a-z_]+)$/;

/**
 * SQLite's own check: the structure of the file, each index against its table, the full-text index against its text. It
 * finds few flipped bits of the content itself, which is what the checks of the rows are for. May take minutes.
 */
export function checkFile(file: string): readonly IntegrityFinding[] {
  try {
    const connection = openConnection(file, { readOnly: true });
    try {
      const answers = connection.all(`PRAGMA integrity_check(${MOST})`).map((row) => Object.values(row)[0]);
      return answers.map(String).flatMap((answer) => findingsOf(answer, file));
    } finally {
      connection.close();
    }
  } catch (error) {
    const known = storeError(error, file);
    if (!(known instanceof HoldfastError)) throw error;
    return [{ what: 'file', key: file, problem: known.message }];
  }
}

/** The structure of the file alone, quickly: what SQLite finds, empty when all is well. */
export function quickCheck(connection: Connection): readonly string[] {
  const answers = connection.all('PRAGMA quick_check(20)').map((row) => String(Object.values(row)[0]));
  return answers.filter((answer) => answer !== 'ok');
}

/** One answer may have several lines. */
function findingsOf(answer: string, file: string): readonly IntegrityFinding[] {
  if (answer === 'ok') return [];
  return answer.split('\n').flatMap((line): readonly IntegrityFinding[] => {
    const index = INDEX.exec(line)?.[1];
    const named =
      index === undefined ? ({ what: 'file', key: file } as const) : ({ what: 'index', key: index } as const);
    return line.startsWith('***') ? [] : [{ ...named, problem: line }];
  });
}
