import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { VirtualClock } from '@holdfast/resilience/clock';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { NO_RESTARTS } from '../model/engine-message.ts';
import { type Journal, journalFile, readJournal, writeJournal } from './journal.ts';
import { endOrphans } from './orphans.ts';
import type { ProcessWorld } from '@holdfast/resilience/process';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'holdfast-journal-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const identity = (pid: number, startedAt: string) => ({ pid, startedAt, bootId: 'b' });
const journal: Journal = {
  format: 1,
  supervisor: identity(1, '10'),
  children: [
    { name: 'engine', identity: identity(7, '11'), restarts: NO_RESTARTS, coolsUntil: null },
    { name: 'server', identity: identity(8, '12'), restarts: NO_RESTARTS, coolsUntil: 5 },
    { name: 'idle', identity: null, restarts: NO_RESTARTS, coolsUntil: null },
  ],
  exits: [],
  deadly: [],
};

describe('the journal of a supervisor', () => {
  it('is read as it was written, and nothing else is left in the folder', () => {
    const file = journalFile(folder);
    writeJournal(file, journal);
    writeJournal(file, { ...journal, supervisor: null });
    expect(readJournal(file)).toEqual({ ...journal, supervisor: null });
    expect(readdirSync(folder)).toEqual(['supervisor.json']);
  });

  it.each([
    ['absent', null],
    ['cut', '{"format":1,"supervisor":{"pid"'],
    ['of another form', '{"format":2,"children":[],"exits":[],"deadly":[]}'],
    ['something else', 'null'],
    ['with a child that is none', '{"format":1,"children":[null],"exits":[],"deadly":[]}'],
    [
      'with the number of everybody',
      '{"format":1,"children":[{"name":"a","restarts":{},"identity":{"pid":-1}}],"exits":[],"deadly":[]}',
    ],
  ])('that is %s counts as none', (_, text) => {
    if (text !== null) writeFileSync(journalFile(folder), text);
    expect(readJournal(journalFile(folder))).toBeNull();
  });

  it.skipIf(process.platform === 'win32')('is the old one when the disk takes only a part of the new', () => {
    const file = journalFile(folder);
    writeJournal(file, journal);
    const larger = JSON.stringify({ ...journal, deadly: Array.from({ length: 9_000 }, (_, at) => at) });
    const script = `
      import { writeJournal } from ${JSON.stringify(new URL('journal.ts', import.meta.url).href)};
      try { writeJournal(${JSON.stringify(file)}, ${larger}); } catch (error) { console.log(error.code); }`;
    // The system takes what fits below the limit, and refuses only what comes after it.
    const words = [
      '-c',
      'ulimit -f 8; exec "$@"',
      'sh',
      process.execPath,
      '--input-type=module',
      '-e',
      script,
    ];
    expect(execFileSync('sh', words, { encoding: 'utf8' })).toBe('EFBIG\n');
    expect(readJournal(file)).toEqual(journal);
  });
});

describe('children that a dead supervisor left', () => {
  /** Linux with these processes and when each was started; a killed one is gone a while later. */
  function world(starts: Map<number, string>, clock: VirtualClock) {
    const killed: number[] = [];
    const processes: ProcessWorld = {
      platform: 'linux',
      exec: () => '',
      readFile: (path) => {
        if (path.endsWith('boot_id')) return 'b\n';
        const pid = Number(path.split('/')[2]);
        const startedAt = starts.get(pid);
        if (startedAt === undefined) throw new Error('ENOENT');
        return `${pid} (node) S ${'0 '.repeat(18)}${startedAt}`;
      },
    };
    const kill = (pid: number): void => {
      killed.push(pid);
      clock.timer(500, () => starts.delete(pid));
    };
    return { killed, orphanWorld: { clock, processes, kill } };
  }

  it('are ended one by one, and waited for; whoever merely has their number is let live', async () => {
    const clock = new VirtualClock();
    const { killed, orphanWorld } = world(new Map([[7, '11'], [8, '999']]), clock); // prettier-ignore
    let ended: readonly string[] | undefined;
    void endOrphans(journal, orphanWorld).then((names) => (ended = names));
    await clock.advance(400);
    expect([killed, ended]).toEqual([[7], undefined]);
    await clock.advance(200);
    expect(ended).toEqual(['engine']);
  });

  it('are none when there is no journal', async () => {
    expect(await endOrphans(null, world(new Map(), new VirtualClock()).orphanWorld)).toEqual([]);
  });
});
