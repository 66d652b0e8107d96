import type { StateStore } from '@holdfast/resilience';
import { seededRandom } from '@holdfast/resilience/clock';
import { memoryState } from '@holdfast/resilience/state';
import { describe, expect, it } from 'vitest';
import { DESKTOP, HOUR, MINUTE, Scene, WEBHOOK } from '../testing/alert-scene.ts';
import { BOOK_KEY, EMPTY_BOOK, readBook } from './book.ts';
import { delivered, pruned, queued } from './outbox.ts';
import { testMessage } from './compose.ts';
import { startAlerts } from './start-alerts.ts';

const DAY = 24 * HOUR;

describe('delivery', () => {
  it('reaches a channel that was down the whole time later, both messages in order', async () => {
    const scene = new Scene({ channels: [WEBHOOK, DESKTOP] });
    scene.down.add('webhook');
    const gap = scene.open('gap');
    await scene.clock.advance(HOUR);
    expect(scene.told.map(({ channel }) => channel)).toEqual(['desktop']);
    expect(scene.alerts.status().channels[0]).toMatchObject({
      channel: 'webhook hooks.example.org',
      pending: 1,
      lastError: 'the channel is down',
    });
    scene.recover(gap);
    await scene.clock.advance(HOUR);
    expect(scene.told.map(({ channel, message }) => `${channel} ${message.event}`)).toEqual([
      'desktop opened',
      'desktop recovered',
    ]);
    scene.down.clear();
    await scene.clock.advance(10 * MINUTE);
    expect(scene.told.slice(2).map(({ channel, message }) => `${channel} ${message.event}`)).toEqual([
      'webhook opened',
      'webhook recovered',
    ]);
    expect(scene.alerts.status().channels.map(({ pending }) => pending)).toEqual([0, 0]);
  });

  it('tries a channel that is down for a day at a bounded rate', async () => {
    const scene = new Scene();
    scene.down.add('webhook');
    scene.open('gap');
    await scene.clock.advance(DAY);
    expect(scene.attempts).toBeGreaterThan(200);
    expect(scene.attempts).toBeLessThan(24 * 12 + 20);
  });

  it('of a message that a channel never takes does not hold up the others', async () => {
    const scene = new Scene();
    const never = scene.open('gap', { scope: 'a' });
    scene.refused.add(`${never.id}:opened`);
    await scene.clock.advance(HOUR);
    expect(scene.attempts).toBeGreaterThan(10);
    expect(scene.told).toEqual([]);
    scene.open('hung');
    await scene.clock.advance(MINUTE);
    scene.open('disk');
    await scene.clock.advance(15 * MINUTE);
    expect(scene.events).toEqual(['opened hung', 'opened disk']);
    expect(scene.alerts.status().channels).toMatchObject([{ pending: 1, lastError: 'not this one' }]);
    scene.clock.stepWall(31 * DAY);
    await scene.clock.advance(10 * MINUTE);
    expect(scene.alerts.status()).toMatchObject({ dropped: 1, channels: [{ pending: 0, lastError: null }] });
  });

  it('goes on after a restart, and tells nothing twice', async () => {
    const scene = new Scene();
    scene.down.add('webhook');
    scene.open('gap');
    await scene.clock.advance(MINUTE);
    await scene.alerts.stop();
    scene.down.clear();
    scene.begin();
    await scene.clock.advance(MINUTE);
    expect(scene.events).toEqual(['opened gap']);
    await scene.alerts.stop();
    scene.begin();
    await scene.clock.advance(DAY);
    expect(scene.events).toEqual(['opened gap']);
  });

  it('forgets what has to go to a channel that is no longer configured', async () => {
    const state = memoryState();
    const before = new Scene({ channels: [WEBHOOK, DESKTOP], state });
    before.down.add('webhook');
    before.open('gap');
    await before.clock.advance(MINUTE);
    await before.alerts.stop();
    const after = new Scene({ channels: [DESKTOP], state, incidents: before.incidents });
    await after.clock.advance(MINUTE);
    expect(after.told).toEqual([]);
    const { deliveries } = readBook(await state.get(BOOK_KEY)).outbox[0]!;
    expect(Object.entries(deliveries)).toEqual([[expect.stringMatching(/^desktop-/), expect.any(Number)]]);
  });

  it.each([
    ['was corrected', [{ ...WEBHOOK, url: 'https://hooks.example.org/right' }]],
    ['came later', [{ ...WEBHOOK, url: 'https://hooks.example.org/right' }, WEBHOOK]],
  ])('tells what lasts to a channel that %s, once, and then its end', async (_, channels) => {
    const state = memoryState();
    const before = new Scene({ channels: [WEBHOOK], state });
    before.down.add('webhook');
    const gap = before.open('gap');
    await before.clock.advance(MINUTE);
    await before.alerts.stop();
    const after = new Scene({ channels, state, incidents: before.incidents });
    await after.clock.advance(MINUTE);
    expect(after.events).toEqual(channels.map(() => 'opened gap'));
    await after.alerts.stop();
    after.begin();
    await after.clock.advance(DAY / 24);
    expect(after.events).toEqual(channels.map(() => 'opened gap'));
    after.recover(gap);
    await after.clock.advance(MINUTE);
    expect(after.events.slice(channels.length)).toEqual(channels.map(() => 'recovered gap'));
  });

  it('concludes nothing from a look that failed, says so, and goes on', async () => {
    const scene = new Scene();
    await scene.alerts.stop();
    let broken = true;
    const sent: string[] = [];
    const alerts = startAlerts({
      clock: scene.clock,
      random: seededRandom(1),
      state: memoryState(),
      channels: [WEBHOOK],
      outageAfter: 0,
      url: null,
      observe: () => (broken ? Promise.reject(new Error('no store')) : Promise.resolve(scene.view())),
      send: (_, { id }) => Promise.resolve(void sent.push(id)),
    });
    const gap = scene.open('gap');
    await scene.clock.advance(MINUTE);
    expect(alerts.status().problem).toBe('no store');
    broken = false;
    await scene.clock.advance(MINUTE);
    expect(alerts.status()).toMatchObject({ problem: null, open: [{ id: gap.id, cause: 'gap' }] });
    expect(sent).toEqual([`${gap.id}:opened`]);
    await alerts.stop();
  });
});

describe('a disk that takes nothing', () => {
  it('keeps nobody from being told, says so, and gets everything once it takes something again', async () => {
    const kept = memoryState();
    const disk = { full: false, refusals: 0 };
    const state: StateStore = {
      ...kept,
      get: (key) => kept.get(key),
      update: (key, change) => {
        if (!disk.full) return kept.update(key, change);
        disk.refusals += 1;
        return Promise.reject(new Error('database or disk is full'));
      },
    };
    const scene = new Scene({ state });
    scene.open('gap');
    await scene.clock.advance(MINUTE);
    disk.full = true;
    const trouble = scene.open('disk');
    await scene.clock.advance(HOUR);
    expect(scene.events).toEqual(['opened gap', 'opened disk']);
    expect(scene.alerts.status()).toMatchObject({
      problem: 'database or disk is full',
      channels: [{ pending: 0, lastError: null }],
    });
    expect(disk.refusals).toBeGreaterThan(1);
    disk.full = false;
    await scene.clock.advance(MINUTE);
    expect(scene.alerts.status().problem).toBeNull();
    await scene.alerts.stop();
    scene.begin();
    scene.recover(trouble);
    await scene.clock.advance(MINUTE);
    expect(scene.events).toEqual(['opened gap', 'opened disk', 'recovered disk']);
  });
});

describe('the outbox', () => {
  const message = (id: string) => testMessage(id, 0, null);

  it('is bounded: delivered messages go first, and what is given up is counted', () => {
    let book = queued(EMPTY_BOOK, [message('old:opened')], ['a'], 0);
    const many = Array.from({ length: 600 }, (_, index) => message(`m${index}:opened`));
    book = queued(book, many, ['a'], 1);
    for (let index = 0; index < 50; index += 1) book = delivered(book, `m${index}:opened`, 'a', 2);
    const kept = pruned(book, 3);
    expect(kept.outbox).toHaveLength(500);
    expect(kept.outbox.some(({ deliveries }) => deliveries['a'] !== null)).toBe(false);
    expect(kept.dropped).toBe(51);
    expect(pruned(kept, 31 * DAY)).toMatchObject({ outbox: [], dropped: 551 });
  });

  it('gives another message another id, though its incident has an old one', () => {
    const book = queued(EMPTY_BOOK, [message('x:opened'), message('x:opened')], ['a'], 0);
    expect(book.outbox.map((entry) => entry.message.id)).toEqual(['x:opened', 'x.2:opened']);
  });
});
