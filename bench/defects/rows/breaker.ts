import { mock } from 'node:test';
import { breaker, resilient, timeWindow } from '@holdfast/resilience';
import { VirtualClock } from '@holdfast/resilience/clock';
import { circuitBreaker, handleAll, SamplingBreaker } from 'cockatiel';
import CircuitBreaker from 'opossum';
import { resetError, sleep } from '../row.ts';
import type { Row, Seen } from '../row.ts';

/** A breaker that is asked on a clock of the check's own. */
interface Subject {
  /** Makes one call; false when the circuit refused it. */
  call(ok: boolean): Promise<boolean>;
  pass(ms: number): Promise<void>;
}

/** So many failures in a row it takes, 50 ms apart, until a call is refused. */
async function failuresToOpen(subject: Subject): Promise<number> {
  for (let failures = 0; failures < 100; failures += 1) {
    if (!(await subject.call(false))) return failures;
    await subject.pass(50);
  }
  return Infinity;
}

/** 21 good and 20 bad calls within 10 s, then 8 h of silence: what came before must be forgotten. */
async function forgets(make: () => Subject): Promise<Seen> {
  const fresh = await failuresToOpen(make());
  const used = make();
  for (let n = 0; n < 41; n += 1) {
    await used.call(n % 2 === 0);
    await used.pass(240);
  }
  await used.pass(8 * 3_600_000);
  const after = await failuresToOpen(used);
  return { passes: after === fresh, seen: `opens after ${after} failures; a fresh one after ${fresh}` };
}

function ours(): Subject {
  const clock = new VirtualClock();
  const window = timeWindow({ length: '10s', failureRate: 0.5, minimum: 10 });
  const policy = resilient('defects', {
    clock,
    breaker: breaker({ name: 'defects', window, openMs: '1h', clock }),
  });
  return {
    call: (ok) => allowed(policy.run(answer(ok))),
    pass: (ms) => clock.advance(ms),
  };
}

function cockatiel(): Subject {
  const sampling = new SamplingBreaker({ threshold: 0.5, duration: 10_000, minimumRps: 1 });
  const policy = circuitBreaker(handleAll, { halfOpenAfter: 3_600_000, breaker: sampling });
  return { call: (ok) => allowed(policy.execute(answer(ok))), pass };
}

function opossum(): Subject {
  const circuit = new CircuitBreaker((fn: () => Promise<unknown>) => fn(), {
    timeout: false,
    resetTimeout: 3_600_000,
    rollingCountTimeout: 10_000,
    errorThresholdPercentage: 50,
    volumeThreshold: 10,
  });
  return { call: (ok) => allowed(circuit.fire(answer(ok))), pass };
}

function answer(ok: boolean): () => Promise<string> {
  return () => (ok ? Promise.resolve('well') : Promise.reject(resetError()));
}

async function allowed(call: Promise<unknown>): Promise<boolean> {
  return await call.then(
    () => true,
    (error: unknown) => (error as { code?: unknown }).code === 'ECONNRESET',
  );
}

/** Peers read the global clock: it is mocked. */
async function pass(ms: number): Promise<void> {
  mock.timers.tick(ms);
}

async function mocked(make: () => Subject): Promise<Seen> {
  mock.timers.enable({ apis: ['Date', 'setTimeout', 'setInterval'], now: 1_800_000_000_000 });
  try {
    return await forgets(make);
  } finally {
    mock.timers.reset();
  }
}

async function retainedBy(call: () => Promise<unknown>): Promise<Seen> {
  if (globalThis.gc === undefined) throw new Error('needs --expose-gc');
  const heap = async (): Promise<number> => {
    for (let n = 0; n < 3; n += 1) {
      globalThis.gc?.();
      await sleep(20);
    }
    return process.memoryUsage().heapUsed;
  };
  for (let n = 0; n < 20_000; n += 1) await call();
  const before = await heap();
  for (let n = 0; n < 1_000_000; n += 1) await call();
  const kib = ((await heap()) - before) / 1024;
  return { passes: kib <= 64, seen: `${kib.toFixed(0)} KiB more after 1,000,000 calls` };
}

/** Breakers: what they remember. */
export const breakerRows: readonly Row[] = [
  {
    id: 'D2',
    title: 'a time window forgets what is older than itself, however far the clock moved',
    checks: {
      holdfast: () => forgets(ours),
      cockatiel: () => mocked(cockatiel),
      opossum: () => mocked(opossum),
    },
  },
  {
    id: 'D10',
    title: 'statistics use constant memory',
    checks: {
      holdfast: () => {
        const window = timeWindow({ length: '10s', failureRate: 0.5, minimum: 10 });
        const policy = resilient('defects', { breaker: breaker({ name: 'defects', window, openMs: '1h' }) });
        return retainedBy(() => policy.run(async () => 1));
      },
      cockatiel: () => {
        const sampling = new SamplingBreaker({ threshold: 0.5, duration: 10_000, minimumRps: 1 });
        const policy = circuitBreaker(handleAll, { halfOpenAfter: 3_600_000, breaker: sampling });
        return retainedBy(() => policy.execute(async () => 1));
      },
      opossum: () => {
        const circuit = new CircuitBreaker(async () => 1, { timeout: false });
        return retainedBy(() => circuit.fire());
      },
    },
  },
];
