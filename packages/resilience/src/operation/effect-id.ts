import type { Random } from '../clock/random.ts';

const WORDS = 4;

/** An id for an effect that is intended for the first time: 128 bits, in hexadecimal. */
export function drawEffectId(random: Random): string {
  const words = Array.from({ length: WORDS }, () => Math.floor(random.next() * 2 ** 32));
  return words.map((word) => word.toString(16).padStart(8, '0')).join('');
}
