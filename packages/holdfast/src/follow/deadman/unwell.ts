import { crashLoopSince, engineOf } from '../engine-trouble.ts';
import type { Pulse } from './pulse.ts';

/**
 * Why the engine is not well, as a sentence; null when it is: it answers, its sign of life is young by its
 * supervisor's account, it is not in a crash loop, and what it fetches can be stored. An engine that waits for an
 * upstream is well.
 */
export function unwellBecause(
  { engineAnswers, waitsForDisk, supervisor }: Pulse,
  now: number,
  watchdog: number,
): string | null {
  if (!engineAnswers) return 'The engine does not answer.';
  if (waitsForDisk) return 'The engine waits for its disk: nothing can be stored.';
  if (supervisor === null) return null;
  const engine = engineOf(supervisor);
  if (engine === undefined) return null;
  if (engine.mode === 'hung') return 'The engine hangs, as its supervisor sees it.';
  if (engine.mode !== 'running' && engine.mode !== 'starting') return `The engine is ${engine.mode}.`;
  if (engine.lastHeartbeatAt !== null && now - engine.lastHeartbeatAt > watchdog)
    return 'The engine has given no sign of life for too long.';
  if (crashLoopSince(supervisor, now) !== null) return 'The engine keeps crashing.';
  return null;
}
