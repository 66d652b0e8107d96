import type { Duration } from '../clock/duration.ts';
import { parseDuration } from '../clock/duration.ts';
import type { Random } from '../clock/random.ts';
import { InvalidOptionError } from '../errors.ts';
import { faultError, isFaultName } from './faults.ts';
import type { FaultName } from './faults.ts';
import { injector } from './injector.ts';
import type { Chosen, CountedChaos } from './injector.ts';
import { chaosPlan } from './options.ts';
import type { ChaosCall, ChaosOptions } from './options.ts';

/** What is thrown: the name of a ready-made fault, or a function that makes an error for each call. */
export type Fault = FaultName | ((call: ChaosCall) => unknown);

/** A time, or a function that draws one for each call. */
export type Latency = Duration | ((random: Random) => Duration);

/**
 * Adds time. The wait ends at once when the attempt's signal aborts.
 * @throws InvalidOptionError
 */
export function injectLatency(latency: Latency, options: ChaosOptions = {}): CountedChaos {
  const plan = chaosPlan('latency', options);
  const { clock, random, phase } = plan;
  if (typeof latency !== 'function') parseDuration(latency, 'chaos.latency');
  const draw = typeof latency === 'function' ? latency : (): Duration => latency;
  return injector(plan, async ({ call: { signal }, proceed, hit }) => {
    const wait = (): Promise<void> => {
      hit();
      return clock.sleep(parseDuration(draw(random), 'chaos.latency'), { signal });
    };
    if (phase === 'before') {
      await wait();
      return await proceed();
    }
    const value = await proceed();
    await wait();
    return value;
  });
}

/**
 * Makes calls fail: `injectFault('connection-reset', { rate: 0.1 })`, `injectFault(() => new MyError(), { times: '@2x3' })`.
 * @throws InvalidOptionError when there is no fault of that name.
 */
export function injectFault(fault: Fault, options: ChaosOptions = {}): CountedChaos {
  const make = errorMaker(fault);
  const plan = chaosPlan(typeof fault === 'string' ? fault : 'fault', options);
  return injector(plan, async ({ call, proceed, hit }) => {
    if (plan.phase === 'after') await proceed();
    hit();
    throw make(call);
  });
}

/** Answers in place of the function, which must be able to give such a value: its type is not checked. */
export function injectResult(make: (call: ChaosCall) => unknown, options: ChaosOptions = {}): CountedChaos {
  if (typeof make !== 'function') throw new InvalidOptionError('chaos.result', 'must be a function');
  const plan = chaosPlan('result', options);
  return injector(plan, async <T>({ call, proceed, hit }: Chosen<T>) => {
    if (plan.phase === 'after') await proceed();
    hit();
    return (await make(call)) as T;
  });
}

/** How a call hangs. */
export interface HangOptions extends ChaosOptions {
  /** Reject with the signal's reason when it aborts; default false: the call never settles, whatever happens. */
  readonly obeysSignal?: boolean;
}

/** Never settles, as a call to a dead peer does. */
export function injectHang(options: HangOptions = {}): CountedChaos {
  const plan = chaosPlan('hang', options);
  return injector(plan, async ({ call: { signal }, proceed, hit }) => {
    if (plan.phase === 'after') await proceed();
    hit();
    const { promise, reject } = Promise.withResolvers<never>();
    if (options.obeysSignal === true) onAbort(signal, () => reject(signal.reason));
    return await promise;
  });
}

/** When a late error comes. */
export interface ThrowLateOptions extends Omit<ChaosOptions, 'phase'> {
  /** How long after its signal aborted the call rejects; default 0: in the same turn. */
  readonly lateBy?: Duration;
}

/**
 * Ignores the signal and throws after it aborted, as a client does that was given up: what it throws then must
 * neither crash the process nor be taken for the outcome of a later attempt. Hangs when the signal never aborts.
 */
export function injectThrowLate(fault: Fault, options: ThrowLateOptions = {}): CountedChaos {
  const make = errorMaker(fault);
  const plan = chaosPlan('throw-late', options);
  const lateMs = parseDuration(options.lateBy ?? 0, 'chaos.lateBy');
  return injector(plan, async ({ call, hit }) => {
    await new Promise<void>((resolve) => onAbort(call.signal, resolve));
    if (lateMs > 0) await plan.clock.sleep(lateMs);
    hit();
    throw make(call);
  });
}

function errorMaker(fault: Fault): (call: ChaosCall) => unknown {
  if (typeof fault === 'function') return fault;
  if (!isFaultName(fault)) {
    throw new InvalidOptionError(
      'chaos.fault',
      'must be one of FAULT_NAMES or a function that makes an error',
    );
  }
  return () => faultError(fault);
}

function onAbort(signal: AbortSignal, then: () => void): void {
  if (signal.aborted) then();
  else signal.addEventListener('abort', then, { once: true });
}
