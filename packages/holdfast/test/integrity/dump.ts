import { createHash } from 'node:crypto';
import { openPlain } from '../../src/store/sqlite/database.ts';

/** What a program that reads the file finds in it; `structure`: SQLite's own check has something to say. */
export interface Dump {
  /** SHA-256 over every row of every table but the packed words of the index; null when a part cannot be read. */
  readonly content: string | null;
  /** SHA-256 over the packed words of the full-text index, as bytes. */
  readonly packed: string | null;
}

/** Reads every table of the file to its end; tables of the full-text index included. */
export function dump(file: string): Dump {
  const hash = createHash('sha256');
  const packed = createHash('sha256');
  try {
    const connection = openPlain(file, { readOnly: true });
    try {
      const schema = connection.all(
        'SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY name, type',
      );
      hash.update(JSON.stringify(schema));
      hash.update(JSON.stringify(connection.all('PRAGMA user_version')));
      for (const name of tablesOf(schema)) {
        const into = name === 'search_data' ? packed : hash;
        for (const row of connection.arrays(`SELECT * FROM "${name}" NOT INDEXED`))
          into.update(JSON.stringify(row, plain));
      }
    } finally {
      connection.close();
    }
  } catch {
    return { content: null, packed: null };
  }
  return { content: hash.digest('hex'), packed: packed.digest('hex') };
}

/**
 * SHA-256 over each place of each word that the full-text index tells of, and over what a search for each word finds;
 * null when the index cannot be read. Of what it has packed some bytes are out of date: newer ones are read in their place.
 */
export function dumpWords(file: string): string | null {
  const hash = createHash('sha256');
  try {
    const connection = openPlain(file, { readOnly: true });
    try {
      connection.exec("CREATE VIRTUAL TABLE temp.words USING fts5vocab('main', 'search', 'instance')");
      const places = connection.arrays('SELECT term, doc, col, "offset" FROM temp.words');
      hash.update(JSON.stringify(places, plain));
      for (const term of new Set(places.map(([each]) => String(each)))) {
        const match = `"${term.replaceAll('"', '""')}"`;
        const found = connection.arrays('SELECT rowid FROM search WHERE search MATCH ? ORDER BY 1', match);
        hash.update(JSON.stringify(found, plain));
      }
    } finally {
      connection.close();
    }
  } catch {
    return null;
  }
  return hash.digest('hex');
}

/** Whether SQLite's own check finds the structure of the file damaged. */
export function isStructureDamaged(file: string): boolean {
  try {
    const connection = openPlain(file, { readOnly: true });
    try {
      return Object.values(connection.get('PRAGMA integrity_check(1)') ?? {})[0] !== 'ok';
    } finally {
      connection.close();
    }
  } catch {
    return true;
  }
}

function tablesOf(schema: readonly Readonly<Record<string, unknown>>[]): readonly string[] {
  const tables = schema.filter((row) => row['type'] === 'table').map((row) => String(row['name']));
  return [...tables.filter((name) => name !== 'search'), 'sqlite_sequence'];
}

function plain(_key: string, value: unknown): unknown {
  if (typeof value === 'bigint') return `i${value}`;
  if (typeof value === 'string') return `s${value}`;
  return value;
}
