/**
 * Times one row in a process of its own: `node --expose-gc child/main.ts INDEX CALLS ROUNDS [retained]`. Prints one
 * line of JSON. Bytes are what the heap grew by in 1,000 calls, the most of nine tries, with a young generation that holds them all; what a row
 * retains is told apart, over as many calls.
 */
import { cases } from '../cases.ts';

/** What a child prints. */
export interface Timed {
  /** The quickest round. */
  readonly ns: number;
  readonly bytes: number;
  readonly retained: number | undefined;
}

const [index = '', calls = '', rounds = '', retained = ''] = process.argv.slice(2);

async function main(): Promise<Timed> {
  const row = cases[Number(index)];
  if (row === undefined || globalThis.gc === undefined)
    throw new Error('INDEX names a row, and --expose-gc is needed');
  const call = await row.make();
  if (retained !== '') return { ns: 0, bytes: 0, retained: await retainedBy(call, Number(calls)) };
  let ns = Infinity;
  for (let round = 0; round < Number(rounds); round += 1) {
    const start = process.hrtime.bigint();
    for (let n = 0; n < Number(calls); n += 1) await call();
    ns = Math.min(ns, Number(process.hrtime.bigint() - start) / Number(calls));
  }
  return { ns, bytes: await bytesOf(call), retained: undefined };
}

async function bytesOf(call: () => Promise<unknown>): Promise<number> {
  let most = 0;
  for (let round = 0; round < 9; round += 1) {
    globalThis.gc?.();
    const before = process.memoryUsage().heapUsed;
    for (let n = 0; n < 1_000; n += 1) await call();
    const grown = (process.memoryUsage().heapUsed - before) / 1_000;
    most = Math.max(most, grown);
  }
  return most;
}

async function retainedBy(call: () => Promise<unknown>, times: number): Promise<number> {
  for (let n = 0; n < 20_000; n += 1) await call();
  const before = await settledHeap();
  for (let n = 0; n < times; n += 1) await call();
  return (await settledHeap()) - before;
}

async function settledHeap(): Promise<number> {
  for (let n = 0; n < 3; n += 1) {
    globalThis.gc?.();
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return process.memoryUsage().heapUsed;
}

process.stdout.write(`${JSON.stringify(await main())}\n`);
