/** Loaded before a command: writes the largest resident memory it ever had into the file that the environment names. */
import { writeFileSync } from 'node:fs';

process.once('exit', () => {
  const file = process.env['HOLDFAST_BENCH_PEAK'];
  // Kibibytes, on every platform.
  if (file !== undefined) writeFileSync(file, String(process.resourceUsage().maxRSS * 1024));
});
