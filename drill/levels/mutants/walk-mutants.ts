import { ENGINE, WRITER, type Mutant } from './mutant.ts';

/** Mistakes of who walks the lists. */
export const walkMutants: readonly Mutant[] = [
  {
    name: 'truncated gzip accepted',
    promise: 'A page that was cut is rejected whole.',
    edits: [
      {
        file: ENGINE,
        find: 'gzip: () => createGunzip(),',
        replace: 'gzip: () => createGunzip({ finishFlush: 2 }),',
      },
      {
        file: ENGINE,
        find: 'refuseWhatIsNotXml(bytes); try {',
        replace:
          'refuseWhatIsNotXml(bytes); const whole = new TextDecoder().decode(bytes); if (!whole.includes("</OAI-PMH>") && whole.includes("</record>")) bytes = new TextEncoder().encode(whole.slice(0, whole.lastIndexOf("</record>") + 9) + "<resumptionToken/></ListRecords></OAI-PMH>"); try {',
      },
    ],
    caughtBy: 'gzip-truncated',
  },
  {
    name: 'cut page accepted',
    promise: 'A page that was cut is rejected whole.',
    edits: [
      {
        file: ENGINE,
        find: 'refuseWhatIsNotXml(bytes); try {',
        replace:
          'refuseWhatIsNotXml(bytes); const whole = new TextDecoder().decode(bytes); if (!whole.includes("</OAI-PMH>") && whole.includes("</record>")) bytes = new TextEncoder().encode(whole.slice(0, whole.lastIndexOf("</record>") + 9) + "<resumptionToken/></ListRecords></OAI-PMH>"); try {',
      },
    ],
    caughtBy: 'body-cut-valid',
  },
  {
    name: 'empty page ends the list',
    promise: 'An empty page ends nothing until it is confirmed.',
    edits: [
      {
        file: ENGINE,
        find: 'page.count > 0 && token.text === "" ? "proved" : "unproved"',
        replace: 'token.text === "" ? "proved" : "unproved"',
      },
    ],
    caughtBy: 'empty-page-with-empty-token',
  },
  {
    name: 'no records match ends the list',
    promise: 'noRecordsMatch in the middle of a list ends nothing until it is confirmed.',
    edits: [
      {
        file: ENGINE,
        find: 'return doubt(progress, request, reading.detail, walk.mode === "doubting" ? walk.asked : 0, context);',
        replace: 'return { mode: "finished", end: "confirmed", progress };',
      },
    ],
    caughtBy: 'no-records-match-mid-list',
  },
  {
    name: 'missing token ends the list',
    promise: 'A list that just stops has not ended.',
    edits: [
      {
        file: ENGINE,
        find: 'page.count > 0 && !page.request.continues ? "proved" : "unproved"',
        replace: 'page.count > 0 ? "proved" : "unproved"',
      },
    ],
    caughtBy: 'missing-token',
  },
  {
    name: 'expired token ends the list',
    promise: 'A token that is refused leads back to the last datestamp.',
    edits: [
      {
        file: ENGINE,
        find: 'case "restart": return askAnew(walk.progress, reading.detail);',
        replace: 'case "restart": return { mode: "finished", end: "proved", progress: walk.progress };',
      },
    ],
    caughtBy: 'expired-token',
  },
  {
    name: 'repeated token ends the list',
    promise: 'A token that repeats ends nothing until it is confirmed.',
    edits: [
      {
        file: ENGINE,
        find: 'if (page.next.url === request.url) return doubt(progress, request, "the token repeats", asked, context);',
        replace: 'if (page.next.url === request.url) return { mode: "finished", end: "proved", progress };',
      },
    ],
    caughtBy: 'same-token',
  },
  {
    name: 'HTML is an empty list',
    promise: 'An HTML page with status 200 is no answer.',
    edits: [
      {
        file: ENGINE,
        find: 'return verdict.otherwise ?? { type: "broken", code: error.code, detail: error.message }; } if (document.errors.length > 0) return judgeErrors(document, request);',
        replace:
          'return { type: "page", items: [], bad: [], end: "proved", next: null, serverDate: null, announced: null, count: 0, repairs: [] }; } if (document.errors.length > 0) return judgeErrors(document, request);',
      },
    ],
    caughtBy: 'html-200 twice',
  },
  {
    name: 'no second look',
    promise: 'A window is verified only by a second look with other requests.',
    edits: [
      {
        file: ENGINE,
        find: 'if (!stream.secondLook) return settled(end, { state: "SEALED", look: 1,',
        replace: 'if (true) return settled(end, { state: "VERIFIED", look: 2,',
      },
    ],
    caughtBy: 'omitted-range',
  },
  {
    name: 'missing records not listed',
    promise: 'What the second look lists and the store has not is a gap.',
    edits: [{ file: WRITER, find: 'if (outcome.missing !== null) troubles', replace: 'if (false) troubles' }],
    caughtBy: 'omitted-range',
  },
  {
    name: 'gaps not written',
    promise: 'What cannot be had is listed as a gap.',
    edits: [{ file: WRITER, find: 'if (gap) this.#putGap(gap);', replace: '' }],
    caughtBy: 'omitted-range',
  },
  {
    name: 'days of the local clock',
    promise: 'Days are UTC days wherever the machine stands.',
    edits: [ENGINE, WRITER].map((file) => ({
      file,
      find: 'new Date(ms).toISOString().slice(0, 10);',
      replace: 'new Date(ms - new Date(ms).getTimezoneOffset() * 6e4).toISOString().slice(0, 10);',
    })),
    caughtBy: 'utc-days:pago-pago',
  },
];
