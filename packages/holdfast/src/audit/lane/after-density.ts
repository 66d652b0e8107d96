import type { AuditRun } from '../../model/audit.ts';
import type { AuditEvent, Gathered, Probed } from './event.ts';
import { textOfNumbers, withAnswer } from './holes.ts';
import { impossible, moved } from './moved.ts';
import { progressOf, type BatchPart, type DensityStep, type SeriesPart } from './progress.ts';

/** When numbers beyond the largest known exist, so many more are asked for. */
const FURTHER = 150;

/** What becomes of an audit when numbers were gathered, or asked for. */
export function afterDensity(run: AuditRun, step: DensityStep, event: AuditEvent): AuditRun {
  switch (event.type) {
    case 'gathered':
      return afterGathering(run, step, event);
    case 'probed':
      return afterProbe(run, step, event);
    case 'failed': {
      // What else would be asked of these series could not be had either.
      const again = step.again.filter(({ series }) => !step.batch.some((part) => part.series === series));
      const doubt = `numbers of ${seriesOf(step.batch)} could not be asked for: ${event.why}`;
      return moved(run, { ...step, again, batch: [], witnesses: [] }, doubt);
    }
    default:
      return impossible(step, event);
  }
}

function afterGathering(run: AuditRun, step: DensityStep, event: Gathered): AuditRun {
  const { part, numbers, more, largest } = event;
  if (part === null) return moved(run, step.batch.length > 0 ? { ...step, ended: true } : { at: 'repairs' });
  const { series, reach } = part;
  const others = step.again.filter((other) => other.series !== series);
  const again = more ? [{ series, above: numbers.at(-1) ?? 0, reach }, ...others] : others;
  const next = { ...step, series: series > step.series ? series : step.series, again };
  if (numbers.length === 0) return moved(run, next);
  const [first = '', last = ''] = event.witnesses;
  const gathered: BatchPart = { series, numbers: textOfNumbers(numbers), largest, reach };
  return moved(run, {
    ...next,
    batch: [...step.batch, gathered],
    // Of the first series and of the last one: what is wrong with a single paper, or a single month, is not with both.
    witnesses: [step.witnesses[0] ?? first, last],
  });
}

function afterProbe(run: AuditRun, step: DensityStep, event: Probed): AuditRun {
  const { answers, believed, missing, today } = event;
  const next = { ...step, batch: [], witnesses: [] };
  if (!believed)
    return moved(run, next, `an answer about numbers of ${seriesOf(step.batch)} lacked papers that exist`);
  const progress = progressOf(run);
  let holes = progress.holes;
  let again = step.again;
  let { probed, absent } = run;
  for (const { series, asked, present } of answers) {
    const there = new Set(present);
    const lacking = asked.filter((number) => !there.has(number));
    holes = withAnswer(holes, series, today, { absent: lacking, present });
    probed += asked.length;
    absent += lacking.length;
    const part = step.batch.find((each) => each.series === series);
    if (part !== undefined && present.some((number) => number > part.largest))
      again = further(again, { series, above: asked.at(-1) ?? 0, reach: part.reach + FURTHER });
  }
  const counts = { probed, absent, missing: run.missing + missing };
  return moved({ ...run, ...counts, progress: { ...progress, holes } }, { ...next, again });
}

/** The series is gone through once more; where that is in hand already, only further. */
function further(again: readonly SeriesPart[], part: SeriesPart): readonly SeriesPart[] {
  const known = again.some(({ series }) => series === part.series);
  if (!known) return [...again, part];
  return again.map((each) => (each.series === part.series ? { ...each, reach: part.reach } : each));
}

function seriesOf(batch: readonly BatchPart[]): string {
  const all = batch.map(({ series }) => series).sort();
  const [first = '', last = ''] = [all[0], all.at(-1)];
  return first === last ? first : `${first} to ${last}`;
}
