import { describe, expect, it } from 'vitest';
import { fired, onceEach, plan, times, until } from './testing/portal-asks.ts';
import { startProgram } from './testing/run-program.ts';
import {
  browserOf,
  count,
  gathered,
  hasChromium,
  PATIENCE_MS,
  notedBrowsers,
  run,
  start,
  workshop,
} from './testing/workshop.ts';

const { newFile, portalWith } = workshop();

describe.skipIf(!hasChromium)('send-messages', { timeout: PATIENCE_MS }, () => {
  it('is interrupted, killed, and loses its browser, and sends every message exactly once with one login a start', async () => {
    const people = 12;
    const portal = await portalWith({ matches: people, latencyMs: 10 });
    const ledger = gathered(newFile(), people);
    const interrupted = start('send-messages', portal, ledger);
    await until(portal, 'message', 2);
    interrupted.kill('SIGINT');
    expect(await interrupted.ended).toEqual({
      code: 130,
      output: expect.stringContaining('start again to go on'),
    });
    expect(notedBrowsers(ledger)).toEqual([]);

    const killed = start('send-messages', portal, ledger);
    await until(portal, 'message', 6);
    killed.kill('SIGKILL');
    expect(await killed.ended).toMatchObject({ code: null });
    expect(notedBrowsers(ledger)).not.toEqual([]);

    const bereft = start('send-messages', portal, ledger);
    await until(portal, 'message', 9);
    process.kill(browserOf(ledger), 'SIGKILL');
    const { code, output } = await bereft.ended;
    expect(output).toMatch(/resuming: \d+ of 12 messages done/);
    expect(output).toContain('the browser is lost');
    expect(code).toBe(0);
    expect(times(portal, 'message', 'to')).toEqual(onceEach('m', people));
    expect(count(ledger, 'messages')).toBe(people);
    expect(portal.ledger.of('login')).toHaveLength(3);
    expect(notedBrowsers(ledger)).toEqual([]);
  });

  it('looks before it sends again when an answer was cut off, and leaves in doubt what nobody can tell until a person decides', async () => {
    const people = 5;
    const portal = await portalWith({ matches: people });
    const ledger = gathered(newFile(), people);
    await plan(portal, { match: 'POST /messages', kind: 'reset', when: 'after' });
    await plan(portal, { match: 'POST /messages', kind: 'reset', when: 'before' });
    await plan(portal, { match: 'POST /messages', kind: 'status', when: 'after', status: 503 });
    await plan(portal, { match: 'POST /messages', kind: 'reset', when: 'after' });
    // The list is looked at in the beginning, once for each cut that has sent, twice for the one that has not.
    await plan(portal, { match: 'GET /sent', kind: 'slow', delayMs: 0, times: 5 });
    await plan(portal, { match: 'GET /sent', kind: 'status', status: 404 });
    const doubtful = await run('send-messages', portal, ledger, '--workers', '1');
    expect(await fired(portal)).toEqual([1, 1, 1, 1, 5, 1]);
    const [, path = ''] = /in doubt: (\S+)/.exec(doubtful.output) ?? [];
    expect([doubtful.code, path]).toEqual([4, expect.stringMatching(/m\d+/)]);
    expect(times(portal, 'message', 'to')).toEqual(onceEach('m', people));
    expect(count(ledger, 'messages')).toBe(people - 1);
    expect(await run('send-messages', portal, ledger)).toMatchObject({ code: 4 });
    expect(await run('send-messages', portal, ledger, '--settle', `${path}=done`)).toMatchObject({ code: 0 });
    expect(portal.ledger.of('message')).toHaveLength(people);
  });

  it('sends nothing twice when it begins anew', async () => {
    const people = 5;
    const portal = await portalWith({ matches: people });
    const ledger = gathered(newFile(), people);
    expect(await run('send-messages', portal, ledger, '--max-messages', '2')).toMatchObject({ code: 0 });
    expect(portal.ledger.of('message')).toHaveLength(2);
    expect(await run('send-messages', portal, ledger, '--fresh')).toMatchObject({ code: 0 });
    expect(times(portal, 'message', 'to')).toEqual(onceEach('m', people));
  });

  it('ends with 2 and a sentence when nothing was gathered', async () => {
    const ended = await startProgram('send-messages', ['--ledger', newFile()]).ended;
    expect(ended).toEqual({ code: 2, output: expect.stringContaining('run gather-matches first') });
  });
});
