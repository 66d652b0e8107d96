import type { Config } from '../../config/index.ts';
import { EXIT } from '../../model/exit-code.ts';
import type { Io } from '../io.ts';
import { write } from '../io.ts';
import type { Look } from '../terminal/style.ts';
import { formatStatus } from './format-status.ts';
import { readStatus } from '../../status/read-status.ts';

const EVERY = 2_000;

/** Draws the status again and again until a signal comes; the exit code is 130 after Ctrl-C, else 0. */
export async function watchStatus(io: Io, config: Config, look: Look): Promise<number> {
  const stop = new AbortController();
  let exitCode: number = EXIT.ok;
  const ignore = io.onSignal((signal) => {
    exitCode = signal === 'SIGINT' ? EXIT.interrupted : EXIT.ok;
    stop.abort();
  });
  if (look.fancy) await write(io.out, '\u001b[2J');
  try {
    while (!stop.signal.aborted) {
      const now = io.clock.now();
      const text = formatStatus(await readStatus(io, config), look, now);
      const stamp = `as of ${new Date(now).toISOString().slice(11, 19)} UTC`;
      // Home, then each line cleared to its end and the rest of the screen cleared: no flicker.
      const drawn = look.fancy
        ? `\u001b[H${`${text}\n${stamp}`.replaceAll('\n', '\u001b[K\n')}\u001b[K\n\u001b[J`
        : `${text}\n${stamp}\n\n`;
      await write(io.out, drawn);
      await io.clock.sleep(EVERY, { signal: stop.signal }).catch((error: unknown) => {
        if (!stop.signal.aborted) throw error;
      });
    }
  } finally {
    ignore();
  }
  return exitCode;
}
