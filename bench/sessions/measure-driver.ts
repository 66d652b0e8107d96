import { memorySnapshots, processRecords } from '@holdfast/resilience/session';
import type { DriverName } from '../../drill/sessions/cells.ts';
import { driverOf } from '../../drill/sessions/drivers/index.ts';
import type { DrivenSession } from '../../drill/sessions/drivers/driver.ts';

const CALLS = 50;
const PROBES = 50;

/** What was measured of one driver; lists in ms. */
export interface Measured {
  /** From the kill to the end of the first call of the next generation. */
  readonly recoveryMs: readonly number[];
  /** From the loss to the next published generation. */
  readonly generationMs: readonly number[];
  readonly staleMs: readonly number[];
  readonly probeMs: readonly number[];
  /** Processor time of this process per health check, in ms. */
  readonly probeCpuMs: number;
  readonly leasedMs: readonly number[];
  readonly directMs: readonly number[];
  readonly opens: number;
  readonly logins: number;
}

/** How a driver is measured. */
export interface MeasureOptions {
  readonly portal: string;
  readonly kills: number;
  /** Folder for the records of processes. */
  readonly records: string;
  /** Logins that the portal has seen. */
  readonly logins: () => Promise<number>;
}

/** Kills one session again and again, and times what it does between. */
export async function measureDriver(name: DriverName, options: MeasureOptions): Promise<Measured> {
  const before = await options.logins();
  const driven = driverOf(name).open({
    portal: options.portal,
    policy: {
      name: `bench-${name}`,
      // What is measured is recovery, not restraint.
      recover: { budget: { max: 10_000, per: '1h' } },
      snapshot: { store: memorySnapshots() },
    },
    processes: processRecords(options.records),
  });
  const url = `${options.portal}/matches`;
  try {
    await visit(driven, url);
    const checks = await timeChecks(driven);
    const calls = await timeCalls(driven);
    const recoveryMs: number[] = [];
    const staleMs: number[] = [];
    for (let kill = 0; kill < options.kills; kill += 1) {
      const lost = await killOnce(driven, url);
      recoveryMs.push(lost.recoveryMs);
      staleMs.push(...lost.staleMs);
    }
    const { opens, recoveryMs: generationMs } = driven.session.stats;
    return {
      recoveryMs,
      generationMs,
      staleMs,
      ...checks,
      ...calls,
      opens,
      logins: (await options.logins()) - before,
    };
  } finally {
    await driven.session.drain();
  }
}

async function visit(driven: DrivenSession, url: string): Promise<void> {
  await driven.session.use(async (lease) => {
    await lease.run((view) => driven.page(view).goto(url));
    if ((await lease.run((view) => driven.page(view).url())) !== url) throw new Error('not logged in');
  });
}

async function killOnce(
  driven: DrivenSession,
  url: string,
): Promise<{ readonly recoveryMs: number; readonly staleMs: readonly number[] }> {
  const lease = await driven.session.lease();
  const processes = driven.processes();
  if (processes === null) throw new Error('no browser is open');
  const began = performance.now();
  process.kill(processes.browser.pid, 'SIGKILL');
  await visit(driven, url);
  const recoveryMs = performance.now() - began;
  const staleMs: number[] = [];
  for (let call = 0; call < 20; call += 1)
    staleMs.push(await timeRefusal(() => lease.run(() => Promise.resolve())));
  await lease.release();
  return { recoveryMs, staleMs };
}

async function timeRefusal(call: () => Promise<void>): Promise<number> {
  const began = performance.now();
  try {
    await call();
  } catch {
    return performance.now() - began;
  }
  throw new Error('a stale lease was served');
}

async function timeChecks({ session }: DrivenSession): Promise<Pick<Measured, 'probeMs' | 'probeCpuMs'>> {
  const probeMs: number[] = [];
  const before = process.cpuUsage();
  for (let probe = 0; probe < PROBES; probe += 1) {
    const began = performance.now();
    await session.check('bench');
    probeMs.push(performance.now() - began);
  }
  const { user, system } = process.cpuUsage(before);
  return { probeMs, probeCpuMs: (user + system) / 1_000 / PROBES };
}

async function timeCalls(driven: DrivenSession): Promise<Pick<Measured, 'leasedMs' | 'directMs'>> {
  const [leasedMs, directMs]: [number[], number[]] = [[], []];
  await driven.session.use(async (lease) => {
    const page = driven.page(lease.resource);
    for (let call = 0; call < CALLS; call += 1) {
      directMs.push(await timed(() => page.evaluate('1 + 1')));
      leasedMs.push(await timed(() => lease.run((view) => driven.page(view).evaluate('1 + 1'))));
    }
  });
  return { leasedMs, directMs };
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await work();
  return performance.now() - began;
}
