/** Entry of the writer's thread: answers calls in the order in which they come. */
import { parentPort, workerData } from 'node:worker_threads';
import { toPlain } from './messages.ts';
import type { Answer, Call } from './messages.ts';
import { SqliteWriter } from './sqlite-writer.ts';
import type { WriterOptions } from './sqlite-writer.ts';

const writer = new SqliteWriter(workerData as WriterOptions);
const methods = writer as unknown as Readonly<Record<string, (...values: readonly unknown[]) => unknown>>;

parentPort?.on('message', ({ number, method, values }: Call) => {
  parentPort?.postMessage(answer(number, method, values));
  if (method === 'close') parentPort?.close();
});

function answer(number: number, method: string, values: readonly unknown[]): Answer {
  try {
    return { number, ok: true, value: methods[method]?.apply(writer, [...values]) };
  } catch (error) {
    return { number, ok: false, error: toPlain(error) };
  }
}
