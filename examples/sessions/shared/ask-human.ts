import { createInterface } from 'node:readline';
import type { HumanRequest } from '@holdfast/resilience/session';

/** What came of asking a person: they did it, or there is nobody. */
export type HumanAnswer = 'done' | 'nobody';

/** Asks for a line on standard input; nobody is there when it has ended. */
export async function askHuman(request: HumanRequest, signal: AbortSignal): Promise<HumanAnswer> {
  process.stderr.write(`needs a person (${request.kind}): ${request.message}\n`);
  if (request.url !== undefined) process.stderr.write(`  ${request.url}\n`);
  process.stderr.write('  Do it there, then press Enter here.\n');
  const lines = createInterface({ input: process.stdin });
  return new Promise((resolve) => {
    const end = (answer: HumanAnswer): void => {
      resolve(answer);
      lines.close();
    };
    lines.once('line', () => end('done'));
    lines.once('close', () => end('nobody'));
    signal.addEventListener('abort', () => end('nobody'), { once: true });
  });
}
