import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { VirtualClock } from '@holdfast/resilience/clock';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LogFile } from './log-file.ts';

const DAY = 86_400_000;
let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'holdfast-log-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function world(bounds: { maxSize?: number; maxAge?: number; maxTotal?: number } = {}) {
  const clock = new VirtualClock();
  const compressed: string[] = [];
  const file = join(folder, 'logs', 'holdfast.log');
  const plan = { file, maxSize: 1_000, maxAge: 7 * DAY, maxTotal: 10_000, ...bounds };
  const open = (): LogFile =>
    new LogFile({
      plan,
      clock,
      compress: (files) => compressed.push(...files.map((each) => basename(each))),
    });
  const write = async (log: LogFile, count: number): Promise<void> => {
    for (let line = 0; line < count; line += 1) {
      log.write({ at: clock.now(), line: 'x'.repeat(60) });
      await clock.advance(1);
    }
  };
  const files = (): readonly string[] => readdirSync(join(folder, 'logs')).toSorted();
  const linesIn = (name: string): readonly unknown[] =>
    readFileSync(join(folder, 'logs', name), 'utf8')
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as unknown);
  return { clock, file, open, write, files, linesIn, compressed };
}

describe('a log file', () => {
  it('is closed and followed by another before it exceeds its size, and no line is lost', async () => {
    const { open, write, files, linesIn, compressed } = world();
    await write(open(), 60);
    expect(files().length).toBeGreaterThan(4);
    expect(files().reduce((sum, name) => sum + linesIn(name).length, 0)).toBe(60);
    for (const name of files())
      expect(readFileSync(join(folder, 'logs', name)).length).toBeLessThanOrEqual(1_000);
    expect(new Set(compressed)).toEqual(new Set(files().filter((name) => name !== 'holdfast.log')));
  });

  it('is closed when it is too old, also when a later supervisor goes on with it', async () => {
    const { clock, open, write, files } = world({ maxAge: DAY });
    const first = open();
    await write(first, 1);
    first.close();
    await clock.advance(2 * DAY);
    await write(open(), 1);
    expect(files()).toEqual([expect.stringMatching(/^holdfast-2026010\dT\d{9}\.log$/), 'holdfast.log']);
  });

  it('never has more bytes in all its files than allowed: the oldest go', async () => {
    const { open, write, files, linesIn } = world({ maxTotal: 3_000 });
    await write(open(), 200);
    const total = files().reduce((sum, name) => sum + readFileSync(join(folder, 'logs', name)).length, 0);
    expect(total).toBeLessThanOrEqual(3_000);
    expect(linesIn('holdfast.log').length).toBeGreaterThan(0);
  });

  it('that cannot be written stops nothing; what is missing is told once it can be', async () => {
    const { open, write, file, linesIn } = world();
    const log = open();
    // Where its folder should be there is a file.
    writeFileSync(join(folder, 'logs'), '');
    await write(log, 3);
    expect(log.missing).toBe(3);
    rmSync(join(folder, 'logs'));
    await write(log, 1);
    expect(log.missing).toBe(0);
    expect(linesIn(basename(file))).toMatchObject([
      { kind: 'log-gap', missing: 3 },
      { line: 'x'.repeat(60) },
    ]);
  });

  it('does not exist before something is written', () => {
    const { open, file } = world();
    open().close();
    expect(existsSync(file)).toBe(false);
  });
});
