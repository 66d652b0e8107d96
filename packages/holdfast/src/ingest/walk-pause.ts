import type { Walk } from './walk.ts';

const SECOND_REPEAT_MS = 5_000;

/** An empty list is asked again after a cool-down, a doubtful end at once and then after some seconds, in ms. */
export function pauseBefore(walk: Walk, cooldownMs: number): number {
  if (walk.mode === 'confirming-empty' && walk.asked > 0) return cooldownMs;
  if (walk.mode === 'doubting' && walk.asked > 1) return Math.min(SECOND_REPEAT_MS, cooldownMs);
  return 0;
}
