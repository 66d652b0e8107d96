import { ENGINE, WRITER, type Mutant } from './mutant.ts';

/** Mistakes of who keeps the records and of who gives them out. */
export const storeMutants: readonly Mutant[] = [
  {
    name: 'quarantine drops records',
    promise: 'What cannot be read is set aside, visibly.',
    edits: [{ file: WRITER, find: 'for (const each of bad) {', replace: 'for (const each of []) {' }],
    caughtBy: 'F12:missing-id',
  },
  {
    name: 'quarantine without bytes',
    promise: 'The quarantine keeps the bytes of what it holds.',
    edits: [{ file: WRITER, find: 'pack(bad.bytes)', replace: 'pack(new Uint8Array())' }],
    caughtBy: 'F12:mismatched-tag',
  },
  {
    name: 'quarantine never settled',
    promise: 'A record that comes whole settles what was set aside of it.',
    edits: [{ file: WRITER, find: 'this.#connection.run(REDRIVEN, number(row, "number"));', replace: '' }],
    caughtBy: 'F12:mismatched-tag',
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
    caughtBy: 'F14:deletion',
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
    caughtBy: 'F14:deletion',
  },
  {
    name: 'withdrawal ignored',
    promise: 'A withdrawal is shown.',
    edits: [
      { file: ENGINE, find: 'withdrawn: /^\\s*withdrawn/i.test(', replace: 'withdrawn: /^never/.test(' },
    ],
    caughtBy: 'F14:withdrawal',
  },
  {
    name: 'identifiers as numbers',
    promise: 'Identifiers are text.',
    edits: [ENGINE, WRITER].map((file) => ({
      file,
      find: 'return { id: raw.id,',
      replace: 'return { id: /^\\d+\\.\\d+$/.test(raw.id) ? String(Number(raw.id)) : raw.id,',
    })),
    caughtBy: 'F14:new-version',
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
    caughtBy: 'F14:deletion',
  },
  {
    name: 'signs beyond ASCII replaced',
    promise: 'Text is kept character for character.',
    edits: [ENGINE, WRITER].map((file) => ({
      file,
      find: 'title: cleanText(raw.title),',
      replace: 'title: cleanText(raw.title)?.replace(/[^\\x20-\\x7e]/g, "?") ?? null,',
    })),
    caughtBy: 'F12:titles-of-all-scripts',
  },
  {
    name: 'a page without its last record',
    promise: 'Every record of a page is committed with it.',
    edits: [
      {
        file: WRITER,
        find: 'for (const paper of unpackItems(packed)) {',
        replace: 'for (const paper of [...unpackItems(packed)].slice(0, -1)) {',
      },
    ],
    caughtBy: 'F7:duplicate-page',
  },
];
