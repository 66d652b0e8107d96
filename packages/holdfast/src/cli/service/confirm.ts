import { createInterface } from 'node:readline/promises';
import type { Io } from '../io.ts';

/** Asks a question on a terminal, where only `y` and `yes` mean yes. Without a terminal nobody is asked: yes. */
export async function confirm(io: Io, question: string): Promise<boolean> {
  if (io.out.isTTY !== true || process.stdin.isTTY !== true) return true;
  const lines = createInterface({ input: process.stdin, output: process.stdout });
  const closed = new Promise<string>((resolve) => {
    lines.once('close', () => resolve(''));
  });
  try {
    const answer = await Promise.race([lines.question(`${question} [y/N] `), closed]);
    return /^y(es)?$/i.test(answer.trim());
  } finally {
    lines.close();
  }
}
