import { describe, expect, it } from 'vitest';
import { MINUTE, Scene } from '../testing/alert-scene.ts';

describe('a message', () => {
  it('tells what is wrong, since when, what is done about it, when next, what is missing and where to look', async () => {
    const scene = new Scene({ outageAfter: 0 });
    const at = scene.start;
    const outage = scene.open('outage', {
      id: 'inc-1',
      scope: 'example.org',
      summary: 'HTTP 503 since 00:00',
      sources: ['library'],
      nextAttemptAt: at + 3 * MINUTE,
      actions: [{ at, what: 'asking again after 3 m' }],
    });
    await scene.clock.advance(MINUTE);
    expect(scene.told[0]?.message).toMatchObject({
      id: 'inc-1:opened',
      event: 'opened',
      cause: 'outage',
      title: 'Holdfast: no usable answer from example.org',
      since: '2026-01-01T00:00:00.000Z',
      recoveredAt: null,
      doing: 'asking again after 3 m',
      nextTryAt: '2026-01-01T00:03:00.000Z',
      sources: ['library'],
      store: { records: 1_234, quarantined: 2, gapsOpen: 1 },
      url: 'http://127.0.0.1:4848/',
    });
    const { text = '' } = scene.told[0]?.message ?? {};
    for (const part of [
      'HTTP 503',
      'Since: 2026',
      'Doing: asking',
      'Next try: 2026',
      'library',
      '1234',
      '4848',
    ])
      expect(text).toContain(part);
    scene.recover(outage);
    await scene.clock.advance(MINUTE);
    expect(scene.told[1]?.message).toMatchObject({
      id: 'inc-1:recovered',
      title: 'Holdfast: over after 1m: no usable answer from example.org',
      recoveredAt: '2026-01-01T00:01:00.000Z',
    });
  });

  it('is a line of harmless text, whatever an upstream says', async () => {
    const scene = new Scene();
    scene.open('gap', {
      scope: 'a\r\nBcc: everyone@example.org',
      summary: '\u001b[31mred\u202e gnp.exe\u0000 \ud800',
      sources: ['x'.repeat(10_000)],
    });
    await scene.clock.advance(MINUTE);
    const message = scene.told[0]?.message;
    expect(message?.title).not.toMatch(/[\u0000-\u001f]/);
    expect(message?.incidents[0]?.summary).toBe('[31mred gnp.exe �');
    expect(message?.sources[0]).toHaveLength(500);
    expect(JSON.stringify(message).isWellFormed()).toBe(true);
  });

  it('stays small when a thousand sources are touched', async () => {
    const scene = new Scene();
    for (let index = 0; index < 1_000; index += 1) scene.open('gap', { scope: `source-${index}` });
    await scene.clock.advance(MINUTE);
    expect(scene.events).toEqual(['opened gap']);
    const message = scene.told[0]?.message;
    expect(message?.incidentCount).toBe(1_000);
    expect(JSON.stringify(message).length).toBeLessThan(20_000);
    expect(message?.title).toContain('and 997 more');
  });
});
