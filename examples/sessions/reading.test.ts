import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { fired, onceEach, plan, times, until, untilPath } from './testing/portal-asks.ts';
import { startProgram } from './testing/run-program.ts';
import { count, gathered, hasChromium, PATIENCE_MS, run, start, workshop } from './testing/workshop.ts';

/** The others in the full run: they share the flag's code. */
const DRY =
  process.env['HOLDFAST_TEST_FULL'] === '1'
    ? ['process-inbox', 'send-messages', 'process-results']
    : ['send-messages'];
const people = 6;
const letters = 5;
const small = { matches: people, perPage: 2, inbox: letters };
const { newFile, portalWith } = workshop();

describe.skipIf(!hasChromium)('gather-matches', { timeout: PATIENCE_MS }, () => {
  it('ends with 4 at a captcha that nobody solves, goes on when a person does, stops where it was told, and stores the rest', async () => {
    const portal = await portalWith(small);
    const ledger = newFile();
    await plan(portal, { match: 'POST /login', kind: 'captcha' });
    expect(await run('gather-matches', portal, ledger)).toEqual({
      code: 4,
      output: expect.stringContaining('it needs a person; start again when that is done'),
    });
    const args = ['--portal', portal.url, '--ledger', ledger, '--max-pages', '2'];
    const program = startProgram('gather-matches', args, 'pipe');
    await expect.poll(program.output, { timeout: PATIENCE_MS }).toContain('needs a person (captcha)');
    await fetch(`${portal.url}/control/solve-captcha`, { method: 'POST' });
    program.type('\n');
    expect(await program.ended).toEqual({
      code: 0,
      output: expect.stringContaining('Start again to go on with the rest.'),
    });
    expect([await fired(portal), count(ledger, 'matches')]).toEqual([[1], 4]);
    expect(await run('gather-matches', portal, ledger)).toEqual({
      code: 0,
      output: expect.stringContaining('resuming: 2 of 3 pages done'),
    });
    expect(count(ledger, 'matches')).toBe(people);
    const read = portal.ledger.of('request').filter((entry) => entry['path'] === '/matches');
    const pages = read.map((entry) => String(entry['query'])).filter((query) => query !== '');
    expect(pages.toSorted()).toEqual(['?page=1', '?page=2', '?page=3']);
    expect(await run('gather-matches', portal, ledger)).toEqual({
      code: 0,
      output: expect.stringContaining('all was done before'),
    });
  });

  it('starts a portal of its own when none is named, and a dry run on it changes nothing', async () => {
    const ledger = newFile();
    const args = ['--ledger', ledger, '--dry-run', '--max-pages', '2'];
    const ended = await startProgram('gather-matches', args).ended;
    expect(ended).toEqual({
      code: 0,
      output: expect.stringContaining('dry run, nothing was stored or sent'),
    });
    expect(count(ledger, 'matches')).toBe(0);
    const seen = readFileSync(`${ledger}-portal.jsonl`, 'utf8').trim().split('\n');
    const entries = seen.map((line) => JSON.parse(line) as { method?: string; path?: string });
    const posts = entries.filter((entry) => entry.method === 'POST');
    expect(posts.map((entry) => entry.path)).toEqual(['/login']);
    expect(entries.filter((entry) => entry.path === '/matches')).toHaveLength(3);
    const [url = ''] = /http:\/\/127\.0\.0\.1:\d+/.exec(ended.output) ?? [];
    await expect(fetch(url)).rejects.toThrow('fetch failed');
  });
});

describe.skipIf(!hasChromium)('a dry run', { timeout: PATIENCE_MS }, () => {
  it.each(DRY)('of %s changes nothing', async (name) => {
    const portal = await portalWith({ ...small, matches: 2, inbox: 2 });
    const ledger = gathered(newFile(), 2);
    expect(await run(name, portal, ledger, '--dry-run')).toEqual({
      code: 0,
      output: expect.stringContaining('dry run, nothing was stored or sent'),
    });
    const posts = portal.ledger.of('request').filter((entry) => entry['method'] === 'POST');
    expect(posts.map((entry) => entry['path'])).toEqual(['/login']);
    expect(['matches', 'letters', 'messages', 'results'].map((table) => count(ledger, table))).toEqual([
      2, 0, 0, 0,
    ]);
  });
});

describe.skipIf(!hasChromium)('process-inbox', { timeout: PATIENCE_MS }, () => {
  it('does as many as it was asked to, then the rest although it is logged out in the middle: each is marked as read once', async () => {
    const portal = await portalWith({ ...small, latencyMs: 10 });
    const ledger = newFile();
    expect(await run('process-inbox', portal, ledger, '--max-inbox', '1')).toMatchObject({ code: 0 });
    expect([portal.ledger.of('read').length, count(ledger, 'letters')]).toEqual([1, 1]);
    const program = start('process-inbox', portal, ledger);
    await until(portal, 'read', 2);
    await fetch(`${portal.url}/control/drop-sessions`, { method: 'POST' });
    expect(await program.ended).toMatchObject({ code: 0 });
    expect(portal.ledger.of('sessions-dropped')).toHaveLength(1);
    expect(portal.ledger.of('login')).toHaveLength(3);
    expect(times(portal, 'read', 'id')).toEqual(onceEach('i', letters));
    expect(count(ledger, 'letters')).toBe(letters);
  });
});

describe.skipIf(!hasChromium)('process-results', { timeout: PATIENCE_MS }, () => {
  it('rates every match once and sums up when all are rated, and waits for a portal that is down for a while', async () => {
    const portal = await portalWith({ ...small, latencyMs: 50 });
    const ledger = gathered(newFile(), people);
    expect(await run('process-results', portal, ledger, '--max-matches', '2')).toEqual({
      code: 0,
      output: expect.stringContaining('Not everything is rated yet.'),
    });
    expect(count(ledger, 'results')).toBe(2);
    const program = start('process-results', portal, ledger, '--workers', '1');
    await untilPath(portal, /^\/matches\/m/, 3);
    await portal.close();
    await expect
      .poll(program.output, { timeout: PATIENCE_MS })
      .toContain('the portal does not answer well; trying again');
    await portalWith({ ...small, port: Number(new URL(portal.url).port) });
    expect(await program.ended).toEqual({
      code: 0,
      output: expect.stringContaining(`matches ${people} · letters 0 · messages 0`),
    });
    expect(count(ledger, 'results')).toBe(people);
  });
});
