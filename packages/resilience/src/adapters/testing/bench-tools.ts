import { systemClock } from '../../clock/system-clock.ts';
import type { AdapterContext, OpenContext } from '../../session/adapter.ts';
import type { LossReport } from '../../session/loss.ts';
import type { Bench } from './bench.ts';

/** How long a peer may take for anything that it does at all. */
const PATIENCE_MS = 15_000;

/** A context that nobody aborts. */
export function calm(): AdapterContext {
  return { signal: new AbortController().signal };
}

/** The first opening, of the first generation. */
export function firstOpen<S>(restore?: S): OpenContext<S> {
  return { ...calm(), generation: 1, attempt: 1, ...(restore !== undefined && { restore }) };
}

/** What a lease works with: a view of its own, or the resource itself. */
export async function viewOf<R, S, V>({ adapter }: Bench<R, S, V>, resource: R): Promise<V> {
  if (adapter.view === undefined) return resource as unknown as V;
  return await adapter.view.open(resource, calm());
}

/** What becomes of a promise within so many ms. */
export async function fateOf(
  promise: Promise<unknown>,
  ms: number,
): Promise<'resolved' | 'rejected' | 'pending'> {
  const settled = promise.then(
    () => 'resolved' as const,
    () => 'rejected' as const,
  );
  return await Promise.race([settled, systemClock.sleep(ms, { unref: true }).then(() => 'pending' as const)]);
}

/** Waits until it holds. @throws with what it stood for when it does not. */
export async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  for (let waited = 0; waited < PATIENCE_MS; waited += 50) {
    if (await holds()) return;
    await systemClock.sleep(50);
  }
  throw new Error(`did not come true: ${what}`);
}

/** A promise that has to come true. @throws when it does not in time. */
export async function soon<T>(what: string, promise: Promise<T>): Promise<T> {
  const late = systemClock.sleep(PATIENCE_MS, { unref: true }).then(() => {
    throw new Error(`no answer in time: ${what}`);
  });
  return await Promise.race([promise, late]);
}

/** Nothing may be left; says what is. */
export async function nothingLeft<R, S, V>(bench: Bench<R, S, V>): Promise<void> {
  let left: readonly string[] = [];
  for (let waited = 0; waited < 10_000; waited += 100) {
    left = await bench.leftovers();
    if (left.length === 0) return;
    await systemClock.sleep(100);
  }
  throw new Error(`left behind: ${left.join('; ')}`);
}

/** Hears losses. */
export interface Ear {
  readonly heard: LossReport[];
  readonly lost: (report: LossReport) => void;
}

/** An ear that has heard nothing yet. */
export function ear(): Ear {
  const heard: LossReport[] = [];
  return { heard, lost: (report) => void heard.push(report) };
}

/** The same, with parts that the setup says it covers. @throws when one is not there. */
export function having<T extends object, K extends keyof T>(
  whole: T,
  ...names: K[]
): T & { [N in K]-?: NonNullable<T[N]> } {
  for (const name of names) {
    if (whole[name] === undefined) throw new Error(`the setup covers what needs ${String(name)}`);
  }
  return whole as T & { [N in K]-?: NonNullable<T[N]> };
}
