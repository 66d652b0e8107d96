import { setTimeout as wait } from 'node:timers/promises';
import { keepAwake } from '@holdfast/resilience/awake';
import { systemClock } from '@holdfast/resilience/clock';
// oxlint-disable-next-line holdfast/boundaries -- the bench is shipped to nobody
import * as mocked from '../../packages/resilience/test/process/awake/mocked-logind.ts';

/** Locks that were held, and what that cost this process, as a share of one processor. */
export interface AwakeShare {
  readonly held: number;
  readonly share: number;
}

/**
 * What keeping the machine awake costs this process over a while. Without a logind that grants locks (a mocked one is
 * started where its parts are there) it is only the trying.
 */
export async function awakeShare(durationMs: number): Promise<AwakeShare> {
  if (!mocked.canMockLogind()) return await measure(durationMs);
  const logind = await mocked.startMockedLogind();
  Object.assign(process.env, logind.env);
  try {
    return await measure(durationMs);
  } finally {
    await logind.stop();
  }
}

async function measure(durationMs: number): Promise<AwakeShare> {
  const keeper = keepAwake({ clock: systemClock, onBattery: true });
  const holds = await Promise.all(['one', 'two'].map((reason) => keeper.acquire(reason)));
  const before = process.cpuUsage();
  await wait(durationMs);
  const { user, system } = process.cpuUsage(before);
  const held = keeper.report().held.length;
  for (const hold of holds) await hold.release();
  await keeper.close();
  return { held, share: (user + system) / 1_000 / durationMs };
}
