import { describe, expect, it } from 'vitest';
import type { SourceConfig } from '../config/config.ts';
import { makeSource } from './source-factory.ts';

const DAY = 86_400_000;
const NOON = Date.UTC(2026, 4, 18, 12);
const timeouts = { connect: 1, firstByte: 2, idle: 3 };
const configured: SourceConfig = {
  id: 'mine',
  kind: 'oai-pmh',
  baseUrl: 'http://127.0.0.1:1/oai',
  from: 'all',
  enabled: true,
  timeouts,
  every: 1_234_567,
  minIntervalMs: 4_000,
  overlapDays: 9,
  cooldown: 5_000,
  expect: 10 * DAY,
};

it.each([
  ['https://oaipmh.arxiv.org/oai', undefined, 3_000],
  ['https://export.arxiv.org/oai2', 9_000, 9_000],
  ['https://repository.example.org/oai', undefined, 1_000],
])(
  'asks %s, configured as any repository, no faster than it wants: %s',
  (baseUrl, minIntervalMs, expected) => {
    const { minIntervalMs: _, ...without } = configured;
    const config = { ...without, baseUrl, ...(minIntervalMs === undefined ? {} : { minIntervalMs }) };
    const source = makeSource(config);
    expect(source.minIntervalMs).toBe(expected);
    expect(source.withDescription!({ earliest: '2020-01-01', granularity: 'day' }).minIntervalMs).toBe(
      expected,
    );
  },
);

describe.each(['arxiv', 'biorxiv', 'medrxiv', 'oai-pmh'] as const)('a source of kind %s', (kind) => {
  const source = makeSource({ ...configured, kind });

  it('is given every value that is configured', () => {
    const { id, baseUrl, minIntervalMs, overlapDays, cooldownMs } = source;
    expect({ id, baseUrl, minIntervalMs, overlapDays, cooldownMs }).toEqual({
      id: 'mine',
      baseUrl: configured.baseUrl,
      minIntervalMs: 4_000,
      overlapDays: 9,
      cooldownMs: 5_000,
    });
    expect(source.kind).toBe(kind);
    expect(source.timeouts).toEqual(timeouts);
    expect(source.poll.next(NOON)).toBe(NOON + 1_234_567);
  });

  it('expects the newest no earlier than it is told', () => {
    const { expect: _expect, ...without } = configured;
    const patient = source.poll.expectedDay(NOON);
    expect(patient).toBe('2026-05-08');
    expect(makeSource({ ...without, kind }).poll.expectedDay(NOON)).not.toBe(patient);
  });
});

it('metadata prefix and set of a repository are asked for', () => {
  const { kind: _kind, ...rest } = configured;
  const source = makeSource({ ...rest, kind: 'oai-pmh', metadataPrefix: 'mods', set: 'a:b' });
  const url = new URL(source.first('list', { from: '2026-01-01', to: null }, 1, '2026-05-18').url);
  expect(url.searchParams.get('metadataPrefix')).toBe('mods');
  expect(url.searchParams.get('set')).toBe('a:b');
});

it('a repository without an address is refused', () => {
  const { baseUrl: _baseUrl, ...rest } = configured;
  expect(() => makeSource(rest)).toThrow(expect.objectContaining({ code: 'ERR_CONFIG_SOURCE' }));
});
