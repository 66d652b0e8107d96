import { describe, expect, test } from 'vitest';
import { nearest } from '../drill/near.ts';
import { readArguments, UsageError } from '../drill/arguments.ts';
import { beyondTheMachine, mayStayUncovered } from '../drill/catalogue/not-covered.ts';
import { claimOf, mutantsOf } from '../drill/report/claim.ts';
import { footOf } from '../drill/report/foot.ts';
import { duration, plain, width, wrap } from '../drill/report/format.ts';
import { Progress } from '../drill/report/progress.ts';
import { exitCodeOf } from '../drill/report/report.ts';
import { styleOf, takesColours, takesEscapes } from '../drill/report/style.ts';
import { RowPrinter } from '../drill/report/terminal.ts';
import { MIXED, reportOf, rowOf } from './drill-rows.ts';

const bare = styleOf(false);
const ESC = '\u001b';

/** The whole report as a terminal of this width shows it. */
function shown(columns: number | undefined, coloured = false): readonly string[] {
  const style = styleOf(coloured);
  const printer = new RowPrinter({ columns, style });
  const foot = footOf(reportOf(MIXED), { columns, style, html: null, further: 12 });
  return [...MIXED.flatMap((row) => printer.linesOf(row)), ...foot];
}

test.each([undefined, 300, 100, 80, 60, 40, 20])('no line is wider than its terminal of %s', (columns) => {
  const widest = Math.max(...shown(columns).map(width));
  expect(widest).toBeLessThanOrEqual(Math.min(100, columns ?? 100));
});

test('escapes of colour are all that a coloured report has more, and hostile text brings none', () => {
  expect(shown(100).join('\n')).not.toContain(ESC);
  const stripped = shown(100, true).map((line) => line.replaceAll(/\u001b\[\d+m/g, ''));
  expect(stripped).toEqual(shown(100));
  expect(shown(100, true).join('\n')).toContain(`${ESC}[31m✗`);
});

test('each verdict has a mark of its own, and what is not valid says why and how it is seen again', () => {
  const lines = shown(100);
  const text = lines.join('\n');
  for (const start of ['✓ network off and on', '✗ disk full', '? slow disk', '○ real suspend'])
    expect(lines.some((line) => line.startsWith(start))).toBe(true);
  expect(text).toContain('- 2 lost (I1)');
  expect(text).toContain('again: holdfast drill --only "disk full" --seed 7');
  expect(text).toContain('not covered: real suspend (a machine that sleeps)');
  expect(text).not.toContain('again: holdfast drill --only "network off and on"');
});

test('rows of one layer stand under one heading, and the four that are asked for first under their own', () => {
  const printer = new RowPrinter({ columns: 100, style: bare });
  const headings = MIXED.flatMap((row) => printer.linesOf(row)).filter((line) => line.includes('lost/dup'));
  expect(headings.map((line) => line.slice(0, 20).trim())).toEqual([
    'Asked for first',
    'Storage',
    'Clock and machine',
  ]);
});

test('the claim names only what rows that were judged have counted', () => {
  const counted = [
    rowOf({ counts: { seeds: 20_000, kills: 1_000 } }),
    rowOf({ name: 'cuts', layer: 'power', counts: { powerCuts: 100 } }),
    rowOf({ name: 'points', verdict: 'unknown', counts: { crashPoints: 115 } }),
    rowOf({ name: 'mutants', layer: 'mutants', counts: { mutantsKilled: 29, mutantsOf: 30 } }),
  ];
  expect(claimOf(reportOf(counted))).toBe(
    '0 lost / 0 duplicated across 20,000 seeds, 100 power cuts, 1,000 random kills, 3 rows',
  );
  expect(mutantsOf(reportOf(counted))).toBe('mutants caught 29/30');
  expect(claimOf(reportOf(MIXED))).toBe('2 lost / 0 duplicated across 2 rows');
  expect(mutantsOf(reportOf(MIXED))).toBeNull();
});

describe('the exit code', () => {
  const [valid, invalid, unknown, uncovered] = MIXED as readonly [Row, Row, Row, Row];
  type Row = (typeof MIXED)[number];
  const free = rowOf({ name: 'a row of no list', verdict: 'not-covered', findings: ['needs root'] });

  test.each([
    [0, [valid, uncovered], {}],
    [4, [valid, unknown], {}],
    [5, [valid, unknown, invalid], {}],
    [4, [uncovered], {}],
    [4, [], {}],
    [130, [valid, invalid], { interrupted: true }],
    [0, [valid, free], {}],
    [4, [valid, free], { requireAll: true }],
    [0, [valid, uncovered], { requireAll: true }],
  ])('is %s', (code, rows, about) => {
    expect(exitCodeOf(reportOf(rows, about))).toBe(code);
  });
});

test('what no machine can do to itself is on the committed list, and needs something', () => {
  const rows = beyondTheMachine.map(({ name, missing }) => [mayStayUncovered(name), missing?.() ?? null]);
  expect(rows.filter(([listed, needs]) => listed !== true || needs === null)).toEqual([]);
  expect(mayStayUncovered('process killed')).toBe(false);
});

test('times, widths and broken lines are those of a person', () => {
  expect([null, 12, 999, 1_000, 9_960, 61_000, 3_660_000].map(duration)).toEqual([
    '–',
    '12 ms',
    '999 ms',
    '1.0 s',
    '10 s',
    '1 min 1 s',
    '1 h 1 min',
  ]);
  expect([width('abc'), width('漢字'), width('é')]).toEqual([3, 4, 1]);
  expect(wrap('one two abcdefghij', 5)).toEqual(['one', 'two', 'abcde', 'fghij']);
  expect(plain(`a${ESC}[2J\nb\u202E`)).toBe('a\\u{1b}[2J b\\u{202e}');
});

test('colours and live lines are for terminals that want them', () => {
  const of = (isTTY: boolean | undefined, env: Record<string, string>) => [
    takesEscapes({ isTTY, env }),
    takesColours({ isTTY, env }),
  ];
  expect(of(true, {})).toEqual([true, true]);
  expect(of(true, { NO_COLOR: '1' })).toEqual([true, false]);
  expect(of(true, { TERM: 'dumb' })).toEqual([false, false]);
  expect(of(undefined, {})).toEqual([false, false]);
});

describe('progress', () => {
  function progress(isLive: boolean) {
    const written: string[] = [];
    let now = 0;
    const at = new Progress({
      write: (text) => written.push(text),
      isLive,
      columns: () => 40,
      total: 3,
      now: () => now,
    });
    return { at, written, pass: (ms: number) => void (now += ms) };
  }

  test('is one line that fits a terminal and goes away', () => {
    const { at, written, pass } = progress(true);
    at.begin('a row with quite a long name of its own');
    pass(2_000);
    at.draw();
    at.clear();
    at.stop();
    expect(written).toEqual(['\r\u001b[K0 of 3 rows, 2.0 s: a row with quite a…', '\r\u001b[K']);
  });

  test('is plain lines elsewhere; a row that talks much is quoted now and then', () => {
    const { at, written, pass } = progress(false);
    at.begin('soak');
    at.say('soak', '1 of 100');
    pass(1_000);
    at.say('soak', '2 of 100');
    pass(60_000);
    at.tell();
    at.say('soak', '60 of 100');
    at.end('soak');
    at.say('soak', 'too late');
    at.stop();
    expect(written).toEqual([
      'soak: 1 of 100\n',
      '0 of 3 rows, 1 min 1 s: soak 1 min 1 s (2 of 100)\n',
      'soak: 60 of 100\n',
    ]);
  });
});

test.each([
  [['--sed', '3'], 'There is no option --sed.', 'Did you mean --seed?'],
  [['--only'], '--only takes a value.', '--help'],
  [['--quick=1'], '--quick takes no value.', '--help'],
  [['kill'], '"kill" belongs to no option.', '--only "kill"'],
  [['--seed', '-1'], '--seed takes a value.', '--help'],
  [['--seed', 'x'], '--seed is a whole number of up to nine digits, not "x".', 'seed'],
  [['--duration', '2'], '--duration is a number with its unit, not "2".', '15m'],
  [['--quick', '--full'], '--quick and --full exclude each other.', 'Leave one'],
])('%s is told in one sentence with a hint', (args, sentence, hint) => {
  let told: unknown;
  try {
    readArguments(args);
  } catch (error) {
    told = error;
  }
  if (!(told instanceof UsageError)) throw new Error('it was taken', { cause: told });
  expect(told.message).toBe(sentence);
  expect(told.hint).toContain(hint);
});

test('near names are those that are mistyped or share a word', () => {
  const names = ['process killed', 'rapid crashes', 'network', 'network off and on', 'soak'];
  expect(nearest('netwrk', names)).toEqual(['network']);
  expect(nearest('killed processes', names)[0]).toBe('process killed');
  expect(nearest('zzzz', names)).toEqual([]);
});
