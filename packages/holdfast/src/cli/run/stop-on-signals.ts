import { EXIT } from '../../model/exit-code.ts';
import type { Io } from '../io.ts';

/** What can be stopped. */
export interface Stoppable {
  stop(exitCode: number): void;
  force(exitCode: number): void;
}

/**
 * One Ctrl-C reaches this process twice when a launcher (npm, an older Node) passes on what the terminal has sent
 * to the whole group already; signals so close together are one.
 */
const SAME_KEYSTROKE = 250;

/** Ends gracefully at the first signal and by force at the second Ctrl-C. Returns how to listen no more. */
export function stopOnSignals(io: Pick<Io, 'onSignal' | 'clock'>, target: Stoppable): () => void {
  let lastAt: number | null = null;
  return io.onSignal((signal) => {
    const now = io.clock.monotonic();
    const exitCode = signal === 'SIGINT' ? EXIT.interrupted : EXIT.ok;
    if (lastAt === null) target.stop(exitCode);
    else if (signal === 'SIGINT' && now - lastAt > SAME_KEYSTROKE) target.force(EXIT.interrupted);
    lastAt = now;
  });
}
