import { describe, expect, test } from 'vitest';
import type { JsonValue } from '../../state/index.ts';
import { readGateRecord, writeGateRecord } from './gate-record.ts';

const hold = { id: 'h', until: 2_000, lengthMs: 1_000, reason: '503' };

describe('what a gate remembers', () => {
  test('a gate that nobody has used is empty', () => {
    expect(readGateRecord('k', undefined)).toStrictEqual({
      flight: undefined,
      end: undefined,
      retryAfter: undefined,
      cooldown: undefined,
    });
  });

  test.each<readonly [what: string, value: JsonValue]>([
    ['nothing', {}],
    ['a flight and an end', { flight: { id: 'f', at: 1 }, end: { id: 'e', at: 2, boot: 3 } }],
    ['an end of an earlier version', { end: { id: 'e', at: 2 } }],
    ['holds', { retryAfter: { ...hold, raw: '1', boot: 5 }, cooldown: hold }],
  ])('%s is written as it was read', (_what, value) => {
    const record = readGateRecord('k', value);
    expect(writeGateRecord(record)).toStrictEqual(value);
    expect(readGateRecord('k', writeGateRecord(record))).toStrictEqual(record);
  });

  test('what is not there has no field, and what may be left out is left out when it is of another kind', () => {
    const { end, retryAfter } = readGateRecord('k', {
      end: { id: 'e', at: 2, boot: 'yesterday' },
      retryAfter: { ...hold, raw: 1, boot: '5' },
    });
    expect(end).toStrictEqual({ id: 'e', at: 2 });
    expect(retryAfter).toStrictEqual(hold);
    expect(readGateRecord('k', { flight: null, cooldown: null })).toStrictEqual(
      readGateRecord('k', undefined),
    );
  });

  test.each<readonly [value: JsonValue]>([
    [null],
    ['text'],
    [{ flight: 'text' }],
    [{ flight: { at: 1 } }],
    [{ end: { id: 'e' } }],
    [{ end: { id: 1, at: 1 } }],
    [{ end: { id: 'e', at: '1' } }],
    [{ retryAfter: { ...hold, id: 1 } }],
    [{ retryAfter: { ...hold, until: 'tomorrow' } }],
    [{ retryAfter: { ...hold, lengthMs: '1s' } }],
    [{ cooldown: { ...hold, reason: null } }],
    [{ cooldown: 'text' }],
  ])('%j is not guessed at', (value) => {
    expect(() => readGateRecord('gate:k', value)).toThrow(
      expect.objectContaining({
        code: 'ERR_STATE_CORRUPT',
        verdict: {
          category: 'local',
          scope: 'none',
          safeToReplay: 'yes',
          evidence: 'class',
          code: 'ERR_STATE_CORRUPT',
        },
      }),
    );
  });
});
