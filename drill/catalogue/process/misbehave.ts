/**
 * Loaded into every process of the product through NODE_OPTIONS: lets an engine do what broken code does, at a step
 * of a page that is told, in as many engines as are told. It writes down each time before it does it.
 */
import { subscribe } from 'node:diagnostics_channel';
import { appendFileSync, closeSync, existsSync, openSync, readFileSync, writeSync } from 'node:fs';
import { isMainThread } from 'node:worker_threads';

interface Order {
  readonly what: string;
  readonly phase: string;
  readonly nth?: number;
  readonly engines?: number;
  readonly forMs?: number;
  readonly log: string;
}

const MARK = 'DRILL_MISBEHAVING_ENGINE';
const isEngine = isMainThread && /engine[\\/]main\.[jt]s$/.test(process.argv[1] ?? '');
const text = process.env['DRILL_MISBEHAVE'];
if (isEngine) process.env[MARK] = '1';
// Other threads of the engine inherit the mark with the environment.
if (text !== undefined && process.env[MARK] === '1') obey(JSON.parse(text) as Order);

function obey(order: Order): void {
  let seen = 0;
  const enter = (phase: string): void => {
    if (phase !== order.phase) return;
    seen += 1;
    if (seen !== (order.nth ?? 1) || done(order) >= (order.engines ?? 1)) return;
    appendFileSync(order.log, `${order.what} ${String(process.pid)} ${String(Date.now())}\n`);
    misbehave(order);
  };
  if (order.phase === 'start') {
    if (isEngine) enter('start');
    return;
  }
  subscribe('holdfast:phase', (message) => enter((message as { phase: string }).phase));
}

function done({ log, what }: Order): number {
  return existsSync(log)
    ? readFileSync(log, 'utf8')
        .split('\n')
        .filter((line) => line.startsWith(`${what} `)).length
    : 0;
}

function misbehave({ what, log, forMs = 0 }: Order): void {
  switch (what) {
    case 'die':
      process.kill(process.pid, 'SIGKILL');
      return;
    case 'block':
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, forMs === 0 ? Infinity : forMs);
      return;
    case 'throw':
      setImmediate(() => {
        throw new TypeError('thrown by the drill');
      });
      return;
    case 'reject':
      void Promise.reject(new TypeError('rejected by the drill'));
      return;
    case 'recurse':
      setImmediate(recurse);
      return;
    case 'fill-heap':
      fillHeap();
      return;
    case 'hoard':
      hoard(forMs);
      return;
    case 'descriptors':
      takeDescriptors(log, forMs);
      return;
    case 'go-on':
      return;
  }
  throw new Error(`the drill knows no misbehaviour ${what}`);
}

function recurse(): number {
  return recurse() + 1;
}

function fillHeap(): void {
  const kept: object[] = [];
  for (;;) kept.push({ number: kept.length, list: [kept.length, kept.length, kept.length] });
}

/** Memory that is in use, outside the heap of JavaScript, for as long as the engine lives. */
function hoard(megabytes: number): void {
  const kept = Array.from({ length: megabytes }, () => Buffer.alloc(1024 * 1024, 1));
  setInterval(() => kept[0]?.fill(1), 1_000).unref();
}

/** Takes every descriptor that the system gives, for a while; writes down why it gave no more, and when it gave back. */
function takeDescriptors(log: string, forMs: number): void {
  const notes = openSync(log, 'a');
  const note = (what: string): void =>
    void writeSync(notes, `${what} ${String(process.pid)} ${String(Date.now())}\n`);
  const taken: number[] = [];
  try {
    for (;;) taken.push(openSync(process.execPath, 'r'));
  } catch (error) {
    note((error as NodeJS.ErrnoException).code ?? 'no code');
  }
  setTimeout(() => {
    for (const descriptor of taken) closeSync(descriptor);
    note('given-back');
  }, forMs);
}
