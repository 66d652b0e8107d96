/** `holdfast drill`: breaks what can break around a harvest of simulated upstreams, and counts what came of it. */
import { readArguments, UsageError, USAGE } from './arguments.ts';
import { holdDrill } from './hold-drill.ts';

/** Whoever read the table has seen enough, or somebody interrupts: everything that was started ends. */
const stop = new AbortController();
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  // A terminal that is gone says EIO.
  if (error.code !== 'EPIPE' && error.code !== 'EIO') throw error;
  end('EPIPE', 0);
});
process.stderr.on('error', () => undefined);
// A terminal sends Ctrl-C to all, and the command line hands it on: the same one can come twice.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => end(signal, 130));

/** What was started has so long to end, ms. */
const ENDING_MS = 15_000;
/** From then on another Ctrl-C means that nobody wants to wait, ms. */
const IMPATIENT_MS = 1_000;
let endingSince: number | null = null;

process.exitCode = await main();

async function main(): Promise<number> {
  try {
    const wanted = readArguments(process.argv.slice(2));
    if (wanted !== 'help') return await holdDrill(wanted, stop.signal);
    process.stdout.write(USAGE);
    return 0;
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    process.stderr.write(`holdfast drill: ${error.message}\n${error.hint}\n`);
    return 2;
  }
}

function end(reason: string, code: number): void {
  if (endingSince !== null) {
    if (code !== 0 && performance.now() - endingSince > IMPATIENT_MS) process.exit(code);
    return;
  }
  endingSince = performance.now();
  stop.abort(reason);
  setTimeout(() => process.exit(code), ENDING_MS).unref();
}
