import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync, appendFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { testIo } from '../testing/test-io.ts';
import { followLog } from './follow-log.ts';
import { lastLines } from './last-lines.ts';
import { logSentence } from './log-sentence.ts';

let folder = '';
let file = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'holdfast-logs-'));
  mkdirSync(join(folder, 'logs'));
  file = join(folder, 'logs', 'holdfast.log');
});
afterEach(() => rmSync(folder, { recursive: true }));

const line = (at: number): string => `{"at":${at}}\n`;
const closed = (stamp: string): string => join(folder, 'logs', `holdfast-20260101T${stamp}.log`);

describe('the last lines of a log', () => {
  it('come from the open file and as many closed ones as it takes, compressed or not', async () => {
    writeFileSync(`${closed('000000001')}.gz`, gzipSync(line(1) + line(2)));
    writeFileSync(closed('000000002'), line(3) + line(4));
    writeFileSync(file, `${line(5)}${line(6)}{"at":`);
    const last = async (count: number): Promise<unknown> => (await lastLines(file, count, () => true)).lines;
    expect(await last(0)).toEqual([]);
    expect(await last(2)).toEqual(['{"at":6}', '{"at":']);
    expect(await last(4)).toEqual(['{"at":4}', '{"at":5}', '{"at":6}', '{"at":']);
    expect(await last(100)).toHaveLength(7);
    // Half a line is read again when it is whole.
    expect((await lastLines(file, 1, () => true)).end).toBe((line(5) + line(6)).length);
  });

  it('are none where nothing was logged', async () => {
    expect(await lastLines(join(folder, 'none', 'holdfast.log'), 9, () => true)).toEqual({
      lines: [],
      end: 0,
    });
  });
});

describe('following a log', () => {
  it('tells what is added, over the end of a file, until Ctrl-C', async () => {
    const io = testIo({ cwd: folder });
    const seen: string[] = [];
    writeFileSync(file, line(1));
    const ended = followLog(io, file, line(1).length, (text) => Promise.resolve(void seen.push(text)));
    const until = async (count: number): Promise<void> => {
      while (seen.length < count) await io.clock.advance(250);
    };
    appendFileSync(file, line(2));
    await until(1);
    appendFileSync(file, line(3));
    renameSync(file, closed('000000003'));
    writeFileSync(file, line(4));
    await until(3);
    io.signal('SIGINT');
    expect([await ended, seen]).toEqual([130, ['{"at":2}', '{"at":3}', '{"at":4}']]);
  });
});

describe('a line of the log', () => {
  it.each([
    [{ kind: 'ready', sources: ['a'], store: 's' }, 'engine: Harvesting a into s.'],
    [{ kind: 'output', stream: 'stderr', line: 'a \u001b[31mwarning' }, 'engine: a warning'],
    [{ kind: 'log-gap', missing: 3 }, 'engine: 3 lines are missing here: the disk refused them.'],
  ])('%j is a sentence', (entry, text) => {
    const sentence = logSentence(JSON.stringify({ at: 0, child: 'engine', ...entry }));
    expect(sentence).toBe(`1970-01-01T00:00:00.000Z ${text}`);
  });

  it('that only machines read is none, and half a one is shown as it is', () => {
    expect(logSentence('{"at":0,"child":"engine","kind":"engine-started","pid":1}')).toBeNull();
    expect(logSentence('{"at":')).toBe('{"at":');
  });
});
