import { describe, expect, it } from 'vitest';
import { resolveConfig } from '../../config/index.ts';
import type { RunEvent } from '../../daemon/supervisor-event.ts';
import type { Look } from '../terminal/style.ts';
import { lookOf } from '../terminal/style.ts';
import { width } from '../terminal/width.ts';
import { testIo } from '../testing/test-io.ts';
import { viewFor } from './run-view.ts';
import { sentenceOf } from './sentence.ts';
import { newSourceView, sourceLines, sourceViewAfter } from './source-line.ts';
import { stopOnSignals } from './stop-on-signals.ts';

const { config } = resolveConfig({ flags: {}, env: {}, cwd: '/nowhere', platform: 'linux', home: '/home/a' });
const at = Date.UTC(2026, 0, 1);
const commit: RunEvent = {
  kind: 'commit',
  at,
  source: 'arxiv',
  window: 'arxiv/list/2025-12-01..2025-12-03',
  look: 1,
  inserted: 90,
  updated: 8,
  unchanged: 1,
  restamped: 1,
  quarantined: 0,
  missing: 0,
};
const offline: Extract<RunEvent, { kind: 'wait' }> = {
  kind: 'wait',
  at,
  source: 'arxiv',
  wait: { why: 'offline', reason: 'the network is gone', until: at + 5_000, attempt: 2, error: null },
};

describe('a live line', () => {
  it('shows new records, rate, window and why it waits, in 80 columns', () => {
    const after = [commit, { ...commit, at: at + 1_000 }].reduce(sourceViewAfter, newSourceView('arxiv'));
    expect(sourceLines(after, at + 2_000, 80)).toEqual([
      'arxiv         catching-up           180       200  list/2025-12-01..2025-12-03',
    ]);
    const waiting = sourceViewAfter(after, offline);
    expect(sourceLines(waiting, at + 2_000, 80)).toEqual([
      'arxiv         offline               180       200  try 2, in 3s',
      '  └ the network is gone',
    ]);
    expect(sourceLines(waiting, at + 90_000, 80)[0]).toContain('       180         0  ');
    const wordy = { ...offline, wait: { ...offline.wait, reason: 'very long '.repeat(20) } };
    for (const line of sourceLines(sourceViewAfter(after, wordy), at, 80))
      expect(width(line)).toBeLessThanOrEqual(80);
  });

  it.each([
    ['backoff', 'waiting'],
    ['circuit', 'waiting'],
    ['disk', 'waiting'],
    ['retry-after', 'throttled'],
    ['cooldown', 'throttled'],
    ['interval', 'catching-up'],
  ] as const)('names a wait for %s as %s', (why, state) => {
    const view = sourceViewAfter(newSourceView('arxiv'), { ...offline, wait: { ...offline.wait, why } });
    expect(sourceLines(view, at, 80)[0]).toContain(` ${state} `);
  });

  it('is redrawn in place, and only by a terminal that can', () => {
    const io = testIo({ isTTY: true });
    const view = viewFor(io, lookOf(io), config);
    view.show({ kind: 'notice', at, source: null, code: 'X', message: 'Hello \u001b[2J', hint: 'Do it.' });
    view.show({ ...offline });
    view.end();
    expect(io.out.text).toContain('Hello  Do it.');
    // A heading, a source, the source that waits and why.
    expect(io.out.text).toContain('\u001b[4A\r\u001b[J');
    expect(io.out.text).toContain('holdfast demo');
    expect(io.out.text).not.toContain('\u001b[2J');

    const dumb = testIo({ isTTY: true, env: { TERM: 'dumb' } });
    viewFor(dumb, lookOf(dumb), config).show(offline);
    expect(dumb.out.text).not.toContain('\u001b');
    expect(dumb.out.text).toContain('the network is gone');
  });
});

describe('without a terminal', () => {
  it('a run prints lines of JSON; the lack of a network is told once for people too', () => {
    const io = testIo();
    const view = viewFor(io, lookOf(io), config);
    for (const event of [commit, offline, offline]) view.show(event);
    const lines = io.out.text.trimEnd().split('\n');
    expect(lines.map((line) => (JSON.parse(line) as RunEvent).kind)).toEqual(['commit', 'wait', 'wait']);
    expect(io.err.text.match(/holdfast demo/g)).toHaveLength(1);
  });

  it('a run that shall be plain prints sentences', () => {
    const io = testIo();
    const view = viewFor(io, lookOf(io), config, true);
    view.show(commit);
    expect(io.out.text).toMatch(
      /^2026-01-01T00:00:00\.000Z arxiv\/list\S+: 90 new, 8 changed, 1 unchanged\.\n$/,
    );
  });

  it('the demonstration is named as npm calls it when npm is what was typed', () => {
    const io = testIo({ env: { npm_command: 'run-script' } });
    viewFor(io, lookOf(io), config).show(offline);
    expect(io.err.text).toContain('`npm run demo`');
  });

  it('the end of a run tells what is left', () => {
    const summary = '585 records in the store; 1 gaps open (holdfast gaps)';
    expect(sentenceOf({ kind: 'ended', at, code: 4, summary })).toBe(`${summary}.`);
  });

  it.each([
    ['set-aside', 'is set aside; the rest goes on.'],
    ['tried-alone', 'is tried once more.'],
    ['given-up', 'is not read again; its window is narrowed.'],
    ['settled', 'was read after all.'],
  ] as const)('a page that kills engines: %s', (state, words) => {
    const event = {
      kind: 'set-aside',
      at,
      source: 'arxiv',
      window: 'arxiv/list/x',
      deaths: 3,
      state,
    } as const;
    expect(sentenceOf(event)).toBe(`arxiv: a page of arxiv/list/x on which 3 engines died ${words}`);
  });

  it('what befalls the machine is told as it is, and a sleep to come once a sleep', () => {
    const io = testIo({ isTTY: true });
    const view = viewFor(io, lookOf(io), config);
    const machine = (change: 'falling-asleep' | 'woke', message: string): RunEvent => {
      return { kind: 'machine', at, change, ms: null, message };
    };
    const asleep = machine('falling-asleep', 'About to sleep.');
    for (const event of [asleep, asleep, machine('woke', 'It slept.'), asleep]) view.show(event);
    view.end();
    expect(io.out.text.match(/About to sleep\.|It slept\./g)).toEqual([
      'About to sleep.',
      'It slept.',
      'About to sleep.',
    ]);
  });

  it('a pause that is over already is not told', () => {
    const short: RunEvent = { ...offline, wait: { ...offline.wait, why: 'backoff', until: at + 1 } };
    expect(sentenceOf(short)).toBeNull();
    expect(sentenceOf({ ...short, wait: { ...short.wait, until: at + 500 } })).toContain('waits 500ms');
  });
});

describe('what a terminal may show', () => {
  it.each<[string, Record<string, string>, boolean, object, Partial<Look>]>([
    ['a terminal', {}, true, {}, { colour: true, fancy: true }],
    ['a pipe', {}, false, {}, { colour: false, fancy: false }],
    ['NO_COLOR', { NO_COLOR: '1' }, true, {}, { colour: false, fancy: true }],
    ['--no-color', {}, true, { color: false }, { colour: false, fancy: true }],
    ['TERM=dumb', { TERM: 'dumb' }, true, {}, { colour: false, fancy: false }],
    ['FORCE_COLOR in a pipe', { FORCE_COLOR: '1' }, false, {}, { colour: true, fancy: false }],
    ['--plain', {}, true, { plain: true }, { colour: false, fancy: false }],
  ])('with %s', (_, env, isTTY, flags, look) => {
    expect(lookOf(testIo({ isTTY, env }), flags)).toMatchObject(look);
  });
});

describe('Ctrl-C', () => {
  it('stops gracefully, and by force when pressed again; a doubled signal is one', async () => {
    const io = testIo();
    const calls: string[] = [];
    const ignore = stopOnSignals(io, {
      stop: (code) => calls.push(`stop ${code}`),
      force: (code) => calls.push(`force ${code}`),
    });
    io.signal('SIGINT');
    io.signal('SIGINT');
    expect(calls).toEqual(['stop 130']);
    await io.clock.advance(1_000);
    io.signal('SIGINT');
    expect(calls).toEqual(['stop 130', 'force 130']);
    ignore();
    await io.clock.advance(1_000);
    io.signal('SIGINT');
    expect(calls).toHaveLength(2);
  });

  it('is 130, TERM is 0', () => {
    const io = testIo();
    const calls: string[] = [];
    stopOnSignals(io, {
      stop: (code) => calls.push(`stop ${code}`),
      force: (code) => calls.push(`force ${code}`),
    });
    io.signal('SIGTERM');
    expect(calls).toEqual(['stop 0']);
  });
});
