import { expect, test } from 'vitest';
import { rollUpSlots, SLOTS_PER_DAY, TIMELINE_LETTERS, UNKNOWN_SLOT, worseSlot } from './timeline.ts';

test('an hour keeps the worst that one of its slots saw', () => {
  const slots = `${'o'.repeat(13)}tw${'o'.repeat(SLOTS_PER_DAY - 16)}b`;
  expect(rollUpSlots(slots)).toBe(`ot${'o'.repeat(21)}b`);
});

test('nothing known is the least that an hour can say', () => {
  expect(rollUpSlots(UNKNOWN_SLOT.repeat(SLOTS_PER_DAY))).toBe(UNKNOWN_SLOT.repeat(24));
  for (const letter of Object.values(TIMELINE_LETTERS)) {
    expect(worseSlot(letter, UNKNOWN_SLOT)).toBe(letter);
    expect(worseSlot(UNKNOWN_SLOT, letter)).toBe(letter);
  }
});

test('a day that was rolled up stays as it is', () => {
  const hours = 'otwb'.repeat(6);
  expect(rollUpSlots(hours)).toBe(hours);
});

test('no two states share a letter', () => {
  const letters = [...Object.values(TIMELINE_LETTERS), UNKNOWN_SLOT];
  expect(new Set(letters).size).toBe(letters.length);
  expect(letters.every((letter) => letter.length === 1)).toBe(true);
});
