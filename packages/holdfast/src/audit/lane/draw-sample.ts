import { seededRandom } from '@holdfast/resilience/clock';
import type { AuditRun } from '../../model/audit.ts';
import { addDays } from '../../model/day.ts';
import type { AuditPorts } from '../port.ts';
import { progressOf, type SampledDay } from './progress.ts';
import type { AuditEvent } from './event.ts';

/** So many days are walked again; none of them failing, at most 14 % of all days do, with 95 % confidence. */
const SAMPLE_DAYS = 20;

/** Draws days by chance among those that are too old to be swept any more. */
export async function drawSample(run: AuditRun, { source, store }: AuditPorts): Promise<AuditEvent> {
  const end = addDays(run.range.to, -source.overlapDays);
  const days = new Map<string, SampledDay>();
  for (const { stream, state, from, to } of await store.windows(source.id)) {
    if (state !== 'VERIFIED' || to === null) continue;
    const last = to < end ? to : end;
    for (let day = from > run.range.from ? from : run.range.from; day < last; day = addDays(day, 1))
      days.set(`${stream} ${day}`, { stream, day });
  }
  const population = [...days.values()].sort((a, b) =>
    `${a.stream} ${a.day}` < `${b.stream} ${b.day}` ? -1 : 1,
  );
  const random = seededRandom(progressOf(run).seed);
  const chosen: SampledDay[] = [];
  const left = [...population];
  while (chosen.length < SAMPLE_DAYS && left.length > 0)
    chosen.push(...left.splice(Math.floor(random.next() * left.length), 1));
  return { type: 'drawn', todo: chosen, population: population.length };
}
