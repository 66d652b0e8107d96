import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { VirtualClock } from '@holdfast/resilience/clock';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { askedPaths } from '../../control/control-path.ts';
import { listen, type Listener } from '../../control/listen.ts';
import { addDays } from '../../model/day.ts';
import { openStore, type SqliteStore } from '../../store/sqlite/index.ts';
import { runCommandLine } from '../main.ts';
import { testIo, type TestIo } from '../testing/test-io.ts';
import { auditPage } from './html/audit-page.ts';
import { exitCodeOfAudit } from './exit-code.ts';
import { AuditProgress } from './progress.ts';
import { reportRows } from './report-rows.ts';
import {
  exampleGap,
  exampleRun,
  exampleWindow,
  longReport,
  reportOf,
  TODAY,
} from './testing/example-reports.ts';
import { costOf, sampleSentence } from './words.ts';

const NOW = Date.UTC(2026, 10, 22, 2);
let folder = '';
let store: SqliteStore;
let io: TestIo;

async function audit(...words: readonly string[]): Promise<number> {
  const config = join(folder, 'config.json');
  return runCommandLine(['--config', config, 'audit', ...words], io);
}

function rows(): { range?: string; id?: string; state: string }[] {
  return JSON.parse(io.out.text) as { range?: string; id?: string; state: string }[];
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'hf-audit-cli-'));
  const sources = [{ id: 'arxiv', kind: 'arxiv', from: '2026-10-23' }];
  writeFileSync(join(folder, 'config.json'), JSON.stringify({ dataDir: '.', sources }));
  store = await openStore({ file: join(folder, 'holdfast.db'), clock: new VirtualClock({ start: NOW }) });
  const from = '2026-10-23';
  await store.putSource('arxiv', 'arxiv', { from, watermark: `${TODAY}T01:00:00Z` });
  await store.plan([exampleWindow(from, '2026-11-21'), exampleWindow('2026-11-21', null)]);
});
beforeEach(async () => {
  io = testIo({ cwd: folder });
  await io.clock.advance(NOW - io.clock.now());
});
afterEach(async () => {
  const keys = (await store.gaps('arxiv')).map(({ key }) => key);
  await store.closeGaps('arxiv', keys);
});
afterAll(async () => {
  await store.close();
  rmSync(folder, { recursive: true });
});

describe('audit --report', () => {
  it('says that all days that are over are complete, and exits with 0', async () => {
    expect(await audit('--report')).toBe(0);
    expect(io.out.text).toContain('arxiv  100 % of 29 days complete (2 not over yet)');
    expect(io.out.text).toContain('complete to 2026-11-21: every day before it');
    expect(io.out.text).toContain('missing: 0 records, 0 ranges');
    io.out.text = '';
    expect(await audit('--report', '--json')).toBe(0);
    expect(rows()).toEqual([]);
  });

  it('names what is missing and exits with 4, safe for a terminal', async () => {
    const gap = exampleGap('2611.1', { reason: 'listed \u001b[31mred' });
    await store.putGaps('arxiv', [gap, exampleGap('2611.2', { state: 'confirmed-absent' })], NOW);
    expect(await audit('--report')).toBe(4);
    expect(io.out.text).toContain('oldest open day: 2026-11-03');
    expect(io.out.text).toContain('2026-11-03 gap: 1 listed record is missing here.');
    expect(io.out.text).not.toContain('\u001b');
    io.out.text = '';
    expect(await audit('--report', '--json')).toBe(4);
    const found = rows();
    for (const row of found)
      for (const key of ['source', 'reason', 'since', 'attempts', 'state']) expect(row).toHaveProperty(key);
    expect(found.map(({ id, range, state }) => [id ?? range, state])).toEqual([
      ['2611.1', 'open'],
      ['2611.2', 'confirmed-absent'],
      ['2026-11-03..2026-11-04', 'gap'],
    ]);
  });

  it('lists complete days too, and counts their records, with --days', async () => {
    expect(await audit('--report', '--json', '--days')).toBe(0);
    expect(rows().map(({ range, state }) => [range, state])).toEqual([
      ['2026-10-23..2026-11-21', 'complete'],
      ['2026-11-21..2026-11-23', 'pending'],
    ]);
  });

  it('refuses what excludes each other, and sources that are not configured', async () => {
    expect(await audit('--report', '--repair')).toBe(2);
    for (const words of [['--ids'], ['--from', '2026'], ['--to', '2026-01']])
      expect(await audit(...words)).toBe(2);
    expect(io.err.text).toContain('--from needs --input FILE.');
    for (const words of [['--repair'], ['--report'], ['--days'], ['--html', 'x.html'], ['--budget', '9']])
      expect(await audit('--input', 'ids.txt', ...words)).toBe(2);
    expect(io.err.text).toContain('it excludes --repair.');
    expect(await audit('--budget', 'many')).toBe(2);
    expect(await audit('--source', 'arxvi')).toBe(2);
    expect(io.err.text).toContain('Did you mean arxiv?');
  });

  it('writes a page, and says so when it cannot', async () => {
    const file = join(folder, 'page.html');
    expect(await audit('--report', '--html', 'page.html')).toBe(0);
    expect(readFileSync(file, 'utf8')).toContain('Every day that is over is complete.');
    expect(await audit('--report', '--html', 'no/such/folder/page.html')).toBe(1);
    expect(io.err.text).toContain('The page could not be written');
  });
});

describe('audit with a running engine', () => {
  let engine: Listener;
  let asked: [string, unknown][] = [];
  let onAudit: () => Promise<unknown> = () => Promise.resolve([]);

  beforeEach(async () => {
    asked = [];
    const { platform, env, tmp, uid } = io;
    const [path = ''] = askedPaths({ dataDir: folder, platform, env, tmp, uid, part: 'engine' });
    engine = await listen(path, uid, (verb, args) => {
      asked.push([verb, args]);
      if (verb === 'audit') return onAudit();
      return Promise.resolve({ engine: {}, sources: [{ id: 'arxiv', state: 'throttled' }] });
    });
  });
  afterEach(() => engine.close());

  it('lets it audit, watches it, and reports', async () => {
    onAudit = async () => {
      await store.putAudit(exampleRun({ id: 'x', missing: 0, note: 'lists identifiers', state: 'running' }));
      return ['x'];
    };
    const done = audit('--source', 'arxiv', '--repair', '--budget', '50');
    while (!io.err.text.includes('lists identifiers')) await turn();
    await store.putAudit(exampleRun({ id: 'x', missing: 0, note: 'everything was asked' }));
    let code: number | null = null;
    void done.then((each) => (code = each));
    while (code === null) {
      await turn();
      await io.clock.advance(100);
    }
    expect(code).toBe(0);
    expect(asked[0]).toEqual(['audit', { source: 'arxiv', repair: true, budget: 50 }]);
    expect(io.err.text).toContain('arxiv: 187 of 200 requests, 3,012,440 listed, 0 missing, 42 probed;');
    expect(io.out.text).toContain('187 requests, 9m 21s at its polite pace');
    expect(io.out.text).toMatch(/with 95 % confidence at most\s+22\.09 %/);
  });

  it('ends with 69 when the upstream keeps it from asking', async () => {
    onAudit = async () => {
      await store.putAudit(exampleRun({ id: 'y', state: 'paused', endedAt: null, note: 'waits' }));
      return ['y'];
    };
    expect(await audit()).toBe(69);
    expect(io.err.text).toContain('An upstream does not answer: its audit waits.');
    expect(io.err.text).toContain('Not finished: arxiv. The engine goes on with it by itself');
  });

  it('says what it could not audit, since nothing is harvested yet, and what comes first', async () => {
    onAudit = () => Promise.resolve([]);
    await audit();
    expect(io.err.text).toContain(
      'Not audited, since nothing of it is harvested yet: arxiv. First: holdfast run --once',
    );
  });

  it('leaves it to the engine after Ctrl-C', async () => {
    onAudit = async () => {
      await store.putAudit(exampleRun({ id: 'z', state: 'running', endedAt: null, note: 'goes on' }));
      return ['z'];
    };
    const done = audit();
    while (!io.err.text.includes('goes on')) await turn();
    io.signal('SIGINT');
    expect(await done).toBe(130);
    expect(io.err.text).toContain('No longer watched. The engine goes on with it by itself');
  });
});

describe('the exit code of an audit', () => {
  const asked = { runs: [], isInterrupted: false, isOutage: false, by: 'here' } as const;
  const unfinished = { ...asked, runs: [exampleRun({ state: 'paused' })] };
  const doubtful = exampleRun({ unproved: [{ from: '2026-11-01', to: '2026-11-02' }] });
  const unsealed = reportOf({ windows: [exampleWindow('2026-10-23', null)] });
  it.each([
    ['nothing to complain of', [reportOf()], asked, 0],
    ['a gap of a record', [reportOf({ gaps: [exampleGap('x')] })], asked, 4],
    [
      'an absence that was confirmed',
      [reportOf({ gaps: [exampleGap('x', { state: 'confirmed-absent' })] })],
      asked,
      0,
    ],
    ['days that are owed', [unsealed], null, 4],
    ['a source that was never harvested', [reportOf({ from: null, windows: [] })], null, 4],
    ['an audit that is not finished', [reportOf()], unfinished, 4],
    ['an audit that could not ask about a day', [reportOf()], { ...asked, runs: [doubtful] }, 4],
    ['an outage', [unsealed], { ...unfinished, isOutage: true }, 69],
    ['Ctrl-C', [unsealed], { ...unfinished, isOutage: true, isInterrupted: true }, 130],
  ])('with %s', (_, reports, given, code) => {
    expect(exitCodeOfAudit(reports, given)).toBe(code);
  });
});

describe('the progress of an audit', () => {
  it('is one line that is drawn again on a terminal, and a line now and then elsewhere', async () => {
    const running = (requests: number) => exampleRun({ state: 'running', requests, note: 'list \u001b[2J1' });
    const live = testIo({ isTTY: true });
    const drawn = new AuditProgress({ io: live, options: {} });
    for (const requests of [1, 1, 2]) drawn.show(running(requests));
    drawn.end();
    expect(live.err.text.split('\r\u001b[K')).toHaveLength(3);
    expect(live.err.text).not.toContain('\u001b[2J');
    const plain = testIo();
    const told = new AuditProgress({ io: plain, options: {} });
    for (const requests of [1, 2, 3]) {
      told.show(running(requests));
      await plain.clock.advance(20_000);
    }
    told.show(exampleRun());
    expect(plain.err.text.split('\n').map((line) => line.slice(0, 20))).toEqual([
      'arxiv: 1 of 200 requ',
      'arxiv: 3 of 200 requ',
      'arxiv: 187 of 200 re',
      '',
    ]);
  });
});

describe('the words of an audit', () => {
  it('state the confidence of a sample and the polite time', () => {
    const sample = { population: 240, chosen: 12, failed: 0, confidence: 0.95, atMost: 0.2209 };
    expect(sampleSentence(sample)).toBe(
      '12 of 240 older windows were walked again, none lacked anything: with 95 % confidence at most 22.09 % of them lack something.',
    );
    expect(costOf({ requests: 187 }, 3_000)).toBe('187 requests, 9m 21s at its polite pace');
    expect(costOf({ requests: 1 }, 0)).toBe('1 request');
  });
});

describe('the page of an audit', () => {
  it('holds twenty-one years in less than a megabyte', () => {
    expect(Buffer.byteLength(auditPage([longReport()], NOW))).toBeLessThan(1_000_000);
    // As bad as it can be: every other day lacks something.
    const gaps = longReport().days.flatMap(({ day }, place) =>
      place % 2 === 0 ? [exampleGap(`id-${day}`, { datestamp: day })] : [],
    );
    const page = auditPage([longReport({ gaps })], NOW);
    expect(Buffer.byteLength(page)).toBeLessThan(1_000_000);
    expect(page.includes('more: <code>holdfast gaps --json</code>')).toBe(true);
  });

  it('needs nothing from elsewhere, runs nothing, and escapes whatever an upstream says', () => {
    const evil = `"><script>alert(1)</script><img src=x onerror='1'>\u202e`;
    const page = auditPage(
      [
        longReport({
          source: evil,
          kind: evil,
          gaps: [exampleGap(evil, { reason: evil })],
          audits: [exampleRun({ note: evil })],
          windows: [exampleWindow('2026-10-23', '2026-10-25', { state: 'GAP', reason: evil })],
        }),
      ],
      NOW,
    );
    expect(page.match(/&lt;script&gt;/g)?.length).toBeGreaterThan(5);
    expect(/<script|<img|<link|<iframe|\u202e/i.test(page)).toBe(false);
    expect(/<[^<>]*\s(?:src|href)=|url\(|@import/i.test(page)).toBe(false);
  });

  it('draws each day of the scope once', () => {
    const page = auditPage([reportOf({ gaps: [exampleGap('x')] })], NOW);
    const squares = (name: string): number =>
      [...page.matchAll(new RegExp(`class="${name}" d="([^"]*)"`, 'g'))]
        .map(([, path = '']) => path.split('M').length - 1)
        .reduce((sum, count) => sum + count, 0);
    // One more of each in the legend.
    expect([squares('ok'), squares('gap'), squares('new')]).toEqual([28 + 1, 1 + 1, 2 + 1]);
  });
});

describe('the rows of an audit', () => {
  it('leave no day out with all of them', () => {
    const report = longReport();
    const covered = reportRows([report], true).flatMap((row) => ('days' in row ? [row.days] : []));
    expect(covered.reduce((sum, days) => sum + days, 0)).toBe(report.coverage.days);
    const [first] = reportRows([report], false).filter((row) => 'days' in row);
    expect(first).toMatchObject({ range: `2005-09-16..${addDays('2006-01-31', 1)}`, state: 'pending' });
  });
});
