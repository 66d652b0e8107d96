import { setTimeout as wait } from 'node:timers/promises';
import { keepAwake } from '@holdfast/resilience/awake';
import { systemClock } from '@holdfast/resilience/clock';

/** What keeping the machine awake costs this process over a while, as a share of one processor. */
export async function awakeShare(
  durationMs: number,
): Promise<{ readonly held: number; readonly share: number }> {
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
