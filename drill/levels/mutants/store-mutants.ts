import { ENGINE, WRITER, type Mutant } from './mutant.ts';

/** Mistakes of who keeps the records and of who gives them out. */
export const storeMutants: readonly Mutant[] = [
  {
    name: 'quarantine drops records',
    promise: 'What cannot be read is set aside, visibly.',
    edits: [{ file: WRITER, find: 'for (const each of bad) {', replace: 'for (const each of []) {' }],
    caughtBy: 'missing-id',
  },
  {
    name: 'quarantine without bytes',
    promise: 'The quarantine keeps the bytes of what it holds.',
    edits: [{ file: WRITER, find: 'pack(bad.bytes)', replace: 'pack(new Uint8Array())' }],
    caughtBy: 'mismatched-tag',
  },
  {
    name: 'quarantine never settled',
    promise: 'A record that comes whole settles what was set aside of it.',
    edits: [{ file: WRITER, find: 'this.#connection.run(REDRIVEN, number(row, "number"));', replace: '' }],
    caughtBy: 'mismatched-tag',
  },
  {
    name: 'deleted records dropped',
    promise: 'A deleted record stays, marked as deleted.',
    edits: [
      {
        file: WRITER,
        find: 'case "deleted": return applyDeleted(known, item);',
        replace: 'case "deleted": return UNCHANGED;',
      },
    ],
    caughtBy: 'deletion',
  },
  {
    name: 'deletion empties the record',
    promise: 'A deleted record keeps its last known metadata.',
    edits: [
      {
        file: WRITER,
        find: 'fields: latest ? { ...latest.fields, deleted: true }',
        replace: 'fields: false ? {}',
      },
    ],
    caughtBy: 'deletion',
  },
  {
    name: 'withdrawal ignored',
    promise: 'A withdrawal is shown.',
    edits: [
      { file: ENGINE, find: 'withdrawn: /^\\s*withdrawn/i.test(', replace: 'withdrawn: /^never/.test(' },
    ],
    caughtBy: 'withdrawal',
  },
  {
    name: 'versions mixed up',
    promise: 'The latest version is the one that is shown.',
    edits: [
      {
        file: WRITER,
        find: 'return left < right ? -1 : left > right ? 1 : 0;',
        replace: 'return left < right ? 1 : left > right ? -1 : 0;',
      },
    ],
    caughtBy: 'withdrawal',
  },
  {
    name: 'versions overwrite each other',
    promise: 'Every version has a line of its own.',
    edits: [
      {
        file: WRITER,
        find: 'over: same ?? unnumbered,',
        replace: 'over: same ?? unnumbered ?? latestOf(known.rows),',
        times: 2,
      },
      {
        file: WRITER,
        find: 'version: null }, over: unnumbered,',
        replace: 'version: null }, over: unnumbered ?? latest,',
      },
    ],
    caughtBy: 'new-version',
  },
  {
    name: 'hash of half the record',
    promise: 'The hash covers the whole record.',
    edits: [
      {
        file: ENGINE,
        find: 'hash("sha256", this.#bodies.subarray(this.#at, this.#at + length))',
        replace: 'hash("sha256", this.#bodies.subarray(this.#at, this.#at + (length >> 1)))',
      },
      {
        file: WRITER,
        find: 'hash: hash("sha256", json)',
        replace: 'hash: hash("sha256", json.slice(0, json.length >> 1))',
      },
    ],
    caughtBy: 'titles-of-all-scripts',
  },
  {
    name: 'cursor first',
    promise: 'The cursor and what it covers are one transaction.',
    edits: [
      {
        file: WRITER,
        find: 'const { evidence, sha256 } = moveWindow(connection, lease, commit);',
        replace:
          'const { evidence, sha256 } = moveWindow(connection, lease, commit); connection.exec("COMMIT"); connection.exec("BEGIN IMMEDIATE");',
      },
    ],
    caughtBy: 'disk full (quota)',
  },
  {
    name: 'full disk swallowed',
    promise: 'A page that cannot be written is kept and written later.',
    edits: [
      {
        file: ENGINE,
        find: 'if (!isDisks(error, signal)) throw error;',
        replace:
          'if (!isDisks(error, signal)) throw error; return { inserted: 0, updated: 0, restamped: 0, unchanged: 0, missing: 0, quarantined: 0, replayed: false };',
      },
    ],
    caughtBy: 'disk full (quota)',
  },
  {
    name: 'bound of the disk ignored',
    promise: 'The store stays below its bound.',
    edits: [
      { file: WRITER, find: 'const pages = maxBytes === null ?', replace: 'const pages = maxBytes !== 0 ?' },
      { file: WRITER, find: 'return log <= reserve ||', replace: 'return log >= 0 ||' },
    ],
    caughtBy: 'disk full (quota)',
  },
  {
    name: 'nothing known of what is stored',
    promise: 'A record is stored once, however often it comes.',
    edits: [
      {
        file: WRITER,
        find: 'const known = this.#reader.know(item.id);',
        replace: 'const known = { ...this.#reader.know(item.id), rows: [] };',
      },
      { file: WRITER, find: 'CREATE UNIQUE INDEX papers_by_id', replace: 'CREATE INDEX papers_by_id' },
    ],
    caughtBy: 'duplicate-page',
  },
  {
    name: 'identifiers as numbers',
    promise: 'Identifiers are text.',
    edits: [ENGINE, WRITER].map((file) => ({
      file,
      find: 'return { id: raw.id,',
      replace: 'return { id: /^\\d+\\.\\d+$/.test(raw.id) ? String(Number(raw.id)) : raw.id,',
    })),
    caughtBy: 'new-version',
  },
  {
    name: 'every stamp is a change',
    promise: 'A mere new stamp is no change.',
    edits: [
      {
        file: WRITER,
        find: 'if (over && !absorbs && presentHash(over) === content.hash) {',
        replace:
          'if (over && !absorbs && presentHash(over) === content.hash && datestamp <= over.datestamp) {',
      },
    ],
    caughtBy: 'deletion',
  },
  {
    name: 'signs beyond ASCII replaced',
    promise: 'Text is kept character for character.',
    edits: [ENGINE, WRITER].map((file) => ({
      file,
      find: 'title: cleanText(raw.title),',
      replace: 'title: cleanText(raw.title)?.replace(/[^\\x20-\\x7e]/g, "?") ?? null,',
    })),
    caughtBy: 'titles-of-all-scripts',
  },
  {
    name: 'every seventh record left out',
    promise: 'Every record of a page is committed with it.',
    edits: [
      {
        file: WRITER,
        find: 'for (const item of items) { const { outcome, known } = records.apply(item);',
        replace:
          'for (const item of items) { if (item.id.endsWith("7")) continue; const { outcome, known } = records.apply(item);',
      },
    ],
    caughtBy: 'duplicate-page',
  },
];
