import { copyFileSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { covered } from '../../test/needs.ts';
import { startPortal } from '../portal/start-portal.ts';
import type { Portal } from '../portal/start-portal.ts';
import type { PortalOptions } from '../portal/portal-options.ts';
import { startProgram } from './testing/run-program.ts';
import type { RunningProgram } from './testing/run-program.ts';

const people = 12;
const letters = 6;
const hasChromium = covered('Chromium', existsSync('/usr/bin/chromium'));
const folder = mkdtempSync(join(tmpdir(), 'examples-'));
const gathered = join(folder, 'gathered.db');
const portals: Portal[] = [];
let files = 0;

beforeAll(async () => {
  if (!hasChromium) return;
  const portal = await portalWith();
  expect(await run('gather-matches', portal, gathered)).toMatchObject({ code: 0 });
});

afterEach(async () => {
  await Promise.all(portals.splice(0).map((portal) => portal.close()));
});

afterAll(() => rmSync(folder, { recursive: true }));

async function portalWith(options: PortalOptions = {}): Promise<Portal> {
  const portal = await startPortal({
    control: true,
    matches: people,
    perPage: 4,
    inbox: letters,
    ...options,
  });
  portals.push(portal);
  return portal;
}

/** A database with all matches in it. */
function afterGathering(): string {
  const file = join(folder, `${++files}.db`);
  copyFileSync(gathered, file);
  return file;
}

function start(name: string, portal: Portal, ledger: string, ...args: string[]): RunningProgram {
  return startProgram(name, ['--portal', portal.url, '--ledger', ledger, ...args]);
}

function run(name: string, portal: Portal, ledger: string, ...args: string[]): RunningProgram['ended'] {
  return start(name, portal, ledger, ...args).ended;
}

function count(file: string, table: string): number {
  const database = new DatabaseSync(file, { readOnly: true });
  const rows = database.prepare(`SELECT count(*) AS n FROM ${table}`).get()?.['n'];
  database.close();
  return Number(rows);
}

async function plan(portal: Portal, fault: object): Promise<void> {
  const answer = await fetch(`${portal.url}/control/faults`, { method: 'POST', body: JSON.stringify(fault) });
  expect(answer.status).toBe(201);
}

async function fired(portal: Portal): Promise<number[]> {
  const faults = (await (await fetch(`${portal.url}/control/faults`)).json()) as { fired: number }[];
  return faults.map((fault) => fault.fired);
}

/** How often something was done to each thing that it was done to. */
function times(portal: Portal, kind: 'message' | 'read', key: string): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const entry of portal.ledger.of(kind))
    counts[String(entry[key])] = (counts[String(entry[key])] ?? 0) + 1;
  return counts;
}

function onceEach(prefix: string, last: number): Record<string, number> {
  return Object.fromEntries(Array.from({ length: last }, (_, index) => [`${prefix}${index + 1}`, 1]));
}

/** Resolves when the portal has seen that many. */
async function until(portal: Portal, kind: 'message' | 'read', number: number): Promise<void> {
  await expect
    .poll(() => portal.ledger.of(kind).length, { timeout: 60_000, interval: 5 })
    .toBeGreaterThan(number - 1);
}

/** The process of the browser that a program has noted beside its ledger. */
function browserOf(ledger: string): number {
  const [name = ''] = readdirSync(`${ledger}-browsers`).filter((each) => each.endsWith('.json'));
  const record = JSON.parse(readFileSync(join(`${ledger}-browsers`, name), 'utf8')) as {
    process: { pid: number };
  };
  return record.process.pid;
}

describe.skipIf(!hasChromium)('gather-matches', () => {
  it('stores what it was asked for, and goes on with the rest the next time', async () => {
    const portal = await portalWith();
    const ledger = join(folder, 'pages.db');
    const first = await run('gather-matches', portal, ledger, '--max-pages', '2');
    expect(first).toEqual({
      code: 0,
      output: expect.stringContaining('Start again to go on with the rest.'),
    });
    expect(count(ledger, 'matches')).toBe(8);
    const second = await run('gather-matches', portal, ledger);
    expect(second).toEqual({ code: 0, output: expect.stringContaining('resuming: 2 of 3 pages done') });
    expect(count(ledger, 'matches')).toBe(people);
    const read = portal.ledger.of('request').filter((entry) => entry['path'] === '/matches');
    const pages = read.map((entry) => entry['query']).filter((query) => query !== '');
    expect(pages.map(String).toSorted((a, b) => a.localeCompare(b))).toEqual([
      '?page=1',
      '?page=2',
      '?page=3',
    ]);
    const third = await run('gather-matches', portal, ledger);
    expect(third).toEqual({ code: 0, output: expect.stringContaining('all was done before') });
  });

  it('starts a portal of its own when none is named', async () => {
    const ledger = join(folder, 'own.db');
    const ended = await startProgram('gather-matches', ['--ledger', ledger, '--max-pages', '1']).ended;
    expect(ended).toEqual({
      code: 0,
      output: expect.stringMatching(/demo portal: http:\/\/127\.0\.0\.1:\d+/),
    });
    expect(count(ledger, 'matches')).toBe(10);
    const url = /http:\S+/.exec(ended.output)?.[0] ?? '';
    await expect(fetch(url)).rejects.toThrow('fetch failed');
  });

  it('waits for a person when there is a captcha, and goes on', async () => {
    const portal = await portalWith();
    await plan(portal, { match: 'POST /login', kind: 'captcha' });
    const args = ['--portal', portal.url, '--ledger', join(folder, 'captcha.db'), '--max-pages', '1'];
    const program = startProgram('gather-matches', args, 'pipe');
    await expect.poll(program.output, { timeout: 60_000 }).toContain('needs a person (captcha)');
    await fetch(`${portal.url}/control/solve-captcha`, { method: 'POST' });
    program.type('\n');
    expect(await program.ended).toMatchObject({ code: 0 });
    expect(await fired(portal)).toEqual([1]);
  });

  it('ends with 4 when there is a captcha and nobody to solve it', async () => {
    const portal = await portalWith();
    await plan(portal, { match: 'POST /login', kind: 'captcha' });
    expect(await run('gather-matches', portal, join(folder, 'nobody.db'))).toEqual({
      code: 4,
      output: expect.stringContaining('it needs a person; start again when that is done'),
    });
    expect(await fired(portal)).toEqual([1]);
  });
});

describe.skipIf(!hasChromium)('dry runs', () => {
  it.each(['gather-matches', 'process-inbox', 'send-messages', 'process-results'])(
    '%s changes nothing',
    async (name) => {
      const portal = await portalWith();
      const ledger = afterGathering();
      if (name === 'gather-matches') rmSync(ledger);
      const ended = await run(name, portal, ledger, '--dry-run');
      expect(ended).toEqual({
        code: 0,
        output: expect.stringContaining('dry run, nothing was stored or sent'),
      });
      expect(portal.ledger.of('login')).toHaveLength(1);
      const posts = portal.ledger.of('request').filter((entry) => entry['method'] === 'POST');
      expect(posts.map((entry) => entry['path'])).toEqual(['/login']);
      expect(count(ledger, 'letters') + count(ledger, 'messages') + count(ledger, 'results')).toBe(0);
      expect(count(ledger, 'matches')).toBe(name === 'gather-matches' ? 0 : people);
    },
  );
});

describe.skipIf(!hasChromium)('process-inbox', () => {
  it('goes on after it was logged out in the middle, and marks everything as read once', async () => {
    const portal = await portalWith({ latencyMs: 10 });
    const ledger = join(folder, 'inbox.db');
    const program = start('process-inbox', portal, ledger);
    await until(portal, 'read', 2);
    await fetch(`${portal.url}/control/drop-sessions`, { method: 'POST' });
    expect(await program.ended).toMatchObject({ code: 0 });
    expect(portal.ledger.of('sessions-dropped')).toMatchObject([{ sessions: 1 }]);
    expect(portal.ledger.of('login')).toHaveLength(2);
    expect(times(portal, 'read', 'id')).toEqual(onceEach('i', letters));
    expect(count(ledger, 'letters')).toBe(letters);
  });

  it('does as many as it was asked to', async () => {
    const portal = await portalWith();
    const ledger = join(folder, 'few.db');
    expect(await run('process-inbox', portal, ledger, '--max-inbox', '2')).toMatchObject({ code: 0 });
    expect([portal.ledger.of('read').length, count(ledger, 'letters')]).toEqual([2, 2]);
  });
});

describe.skipIf(!hasChromium)('send-messages', () => {
  it('is killed in the middle, and sends every message exactly once', async () => {
    const portal = await portalWith({ latencyMs: 10 });
    const ledger = afterGathering();
    const killed = start('send-messages', portal, ledger);
    await until(portal, 'message', 3);
    killed.kill('SIGKILL');
    expect(await killed.ended).toMatchObject({ code: null });
    expect(portal.ledger.of('message').length).toBeLessThan(people);
    const resumed = await run('send-messages', portal, ledger);
    expect(resumed).toEqual({ code: 0, output: expect.stringMatching(/resuming: \d+ of 12 messages done/) });
    expect(times(portal, 'message', 'to')).toEqual(onceEach('m', people));
    expect(count(ledger, 'messages')).toBe(people);
    expect(readdirSync(`${ledger}-browsers`)).toEqual([]);
  });

  it('loses its browser in the middle, and sends every message exactly once with the login it had', async () => {
    const portal = await portalWith({ latencyMs: 10 });
    const ledger = afterGathering();
    const program = start('send-messages', portal, ledger);
    await until(portal, 'message', 3);
    process.kill(browserOf(ledger), 'SIGKILL');
    expect(await program.ended).toEqual({ code: 0, output: expect.stringContaining('the browser is lost') });
    expect(times(portal, 'message', 'to')).toEqual(onceEach('m', people));
    expect(portal.ledger.of('login')).toHaveLength(1);
  });

  it('is interrupted by Ctrl-C, ends with 130, and goes on the next time', async () => {
    const portal = await portalWith({ latencyMs: 10 });
    const ledger = afterGathering();
    const program = start('send-messages', portal, ledger);
    await until(portal, 'message', 3);
    program.kill('SIGINT');
    expect(await program.ended).toEqual({
      code: 130,
      output: expect.stringContaining('start again to go on'),
    });
    expect(readdirSync(`${ledger}-browsers`)).toEqual([]);
    expect(await run('send-messages', portal, ledger)).toMatchObject({ code: 0 });
    expect(times(portal, 'message', 'to')).toEqual(onceEach('m', people));
  });

  it('looks before it sends again when an answer was cut off, whether or not the message was sent', async () => {
    const portal = await portalWith();
    const ledger = afterGathering();
    await plan(portal, { match: 'POST /messages', kind: 'reset', when: 'after', times: 2 });
    await plan(portal, { match: 'POST /messages', kind: 'reset', when: 'before' });
    await plan(portal, { match: 'POST /messages', kind: 'status', when: 'after', status: 503 });
    expect(await run('send-messages', portal, ledger)).toMatchObject({ code: 0 });
    expect(await fired(portal)).toEqual([2, 1, 1]);
    expect(times(portal, 'message', 'to')).toEqual(onceEach('m', people));
  });

  it('leaves in doubt what nobody can tell, until a person decides', async () => {
    const portal = await portalWith();
    const ledger = afterGathering();
    await plan(portal, { match: 'GET /sent', kind: 'slow', delayMs: 0 });
    await plan(portal, { match: 'POST /messages', kind: 'reset', when: 'after' });
    await plan(portal, { match: 'GET /sent', kind: 'status', status: 404 });
    const doubtful = await run('send-messages', portal, ledger, '--workers', '1');
    expect(await fired(portal)).toEqual([1, 1, 1]);
    const [, path = ''] = /in doubt: (\S+)/.exec(doubtful.output) ?? [];
    expect([doubtful.code, path]).toEqual([4, expect.stringMatching(/m\d+/)]);
    expect(times(portal, 'message', 'to')).toEqual(onceEach('m', people));
    expect(count(ledger, 'messages')).toBe(people - 1);
    expect(await run('send-messages', portal, ledger)).toMatchObject({ code: 4 });
    expect(await run('send-messages', portal, ledger, '--settle', `${path}=done`)).toMatchObject({ code: 0 });
    expect(portal.ledger.of('message')).toHaveLength(people);
  });

  it('sends nothing twice when it begins anew', async () => {
    const portal = await portalWith();
    const ledger = afterGathering();
    expect(await run('send-messages', portal, ledger, '--max-messages', '4')).toMatchObject({ code: 0 });
    expect(portal.ledger.of('message')).toHaveLength(4);
    expect(await run('send-messages', portal, ledger, '--fresh')).toMatchObject({ code: 0 });
    expect(times(portal, 'message', 'to')).toEqual(onceEach('m', people));
  });
});

describe.skipIf(!hasChromium)('process-results', () => {
  it('rates every match once, and sums up when all are rated', async () => {
    const portal = await portalWith();
    const ledger = afterGathering();
    await run('process-inbox', portal, ledger);
    const first = await run('process-results', portal, ledger, '--max-matches', '4');
    expect(first).toEqual({ code: 0, output: expect.stringContaining('Not everything is rated yet.') });
    expect(count(ledger, 'results')).toBe(4);
    const second = await run('process-results', portal, ledger);
    expect(second).toEqual({
      code: 0,
      output: expect.stringContaining('matches 12 · letters 6 · messages 0'),
    });
    expect(count(ledger, 'results')).toBe(people);
  });
});

describe('a wrong command line', () => {
  it.each([
    ['gather-matches', ['--max-inbox', '3'], '--max-inbox'],
    [
      'gather-matches',
      ['--max-pages', 'many'],
      '--max-pages takes a whole number from 1 to 1000000, not "many".',
    ],
    ['process-inbox', ['--workers', '0'], '--workers takes a whole number from 1 to 16, not "0".'],
    ['process-inbox', ['--portal', 'somewhere'], '--portal takes an address'],
    ['send-messages', ['--settle', 'm1=maybe'], '--settle takes PATH=done or PATH=not-done'],
    ['send-messages', ['--browser', '/nowhere/chromium'], 'There is no browser at /nowhere/chromium.'],
  ])('%s %j ends with 2 and a sentence', async (name, args, sentence) => {
    const ended = await startProgram(name, ['--ledger', join(folder, 'wrong.db'), ...args]).ended;
    expect(ended).toEqual({ code: 2, output: expect.stringContaining(sentence) });
  });

  it.skipIf(!hasChromium)('so does sending before anything was gathered', async () => {
    const ended = await startProgram('send-messages', ['--ledger', join(folder, 'empty.db')]).ended;
    expect(ended).toEqual({ code: 2, output: expect.stringContaining('run gather-matches first') });
  });
});
