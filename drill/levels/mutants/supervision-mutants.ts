import { ENGINE, SUPERVISOR, type Mutant } from './mutant.ts';

/** Mistakes of who starts the engine, watches it, and ends it. */
export const supervisionMutants: readonly Mutant[] = [
  {
    name: 'supervisor gives up',
    promise: 'An engine that dies is started again.',
    edits: [
      {
        file: SUPERVISOR,
        find: 'rules.main&&!rules.restart?{mode:`ended`,exitCode:PUBLIC.unexpected}:afterFailure(state,{...input,reason,locked}',
        replace:
          'rules.main?{mode:`ended`,exitCode:PUBLIC.unexpected}:afterFailure(state,{...input,reason,locked}',
      },
    ],
    caughtBy: 'process killed',
  },
  {
    name: 'crash loop without a cooldown',
    promise: 'Five ends within a minute lead to a cooldown.',
    edits: [{ file: SUPERVISOR, find: 'recent.length<times.exitsInWindow?', replace: 'recent.length>0?' }],
    caughtBy: 'rapid crashes',
  },
  {
    name: 'restarts without a delay',
    promise: 'An engine that dies again and again is started with growing delays.',
    edits: [{ file: SUPERVISOR, find: 'if(failures<=1)return', replace: 'if(failures>0)return' }],
    caughtBy: 'rapid crashes',
  },
  {
    name: 'hung engine not noticed',
    promise: 'An engine that gives no sign of life is replaced.',
    edits: [{ file: SUPERVISOR, find: 'silent>2*limitMs&&silent>limit?', replace: 'silent<0?' }],
    caughtBy: 'engine stopped',
  },
  {
    name: 'sleep taken for a hang',
    promise: 'What was asleep with its machine is not taken for hung.',
    edits: [{ file: SUPERVISOR, find: 'now-this.#lookedAt>2*this.#step&&(this.#heardAt=now),', replace: '' }],
    caughtBy: 'everything stopped',
  },
  {
    name: 'SIGTERM ends with an error',
    promise: 'An end that was asked for is a good end.',
    edits: [
      {
        file: SUPERVISOR,
        find: 'notifier?.stopping(),hosted.stop(0)',
        replace: 'notifier?.stopping(),hosted.stop(1)',
      },
    ],
    caughtBy: 'SIGTERM in a commit',
  },
  {
    name: 'no lock',
    promise: 'A data folder has one supervisor, and a store one engine, at a time.',
    edits: [
      {
        file: SUPERVISOR,
        find: 'journal=readJournal(journalFile(dataDir));if(lock===null)throw',
        replace:
          'journal=readJournal(journalFile(dataDir));if(lock??={release(){}},journal&&={...journal,supervisor:null,children:[]},lock===null)throw',
      },
      {
        file: 'daemon/claim.js',
        find: 'const journal = readJournal(journalFile(dataDir)); if (lock === null) throw taken(dataDir, journal?.supervisor?.pid ?? null);',
        replace: 'const journal = { ...readJournal(journalFile(dataDir)), supervisor: null, children: [] };',
      },
      { file: ENGINE, find: 'connection.exec("BEGIN EXCLUSIVE");', replace: 'connection.exec("BEGIN");' },
    ],
    caughtBy: 'two instances',
  },
];
