import type { AuditMethod, AuditRun } from '../../model/audit.ts';
import type { ClosedRange } from '../../sources/inventory.ts';
import type { Source } from '../../sources/port.ts';
import { progressOf, type AuditProgress, type AuditStep } from './progress.ts';
import { blocksOf } from './ranges.ts';

/** What an audit begins from. */
export interface Beginning {
  readonly id: string;
  readonly source: Source;
  readonly range: ClosedRange;
  readonly repair: boolean;
  readonly budget: number;
  /** The audit of this source before; what it learnt is used. */
  readonly before: AuditRun | null;
  /** 0 up to 1. */
  readonly chance: number;
  /** Wall ms. */
  readonly now: number;
}

/** An audit that has asked nothing yet. @throws TypeError when the source has no inventory */
export function beginRun({ id, source, range, repair, budget, before, chance, now }: Beginning): AuditRun {
  const { inventory } = source;
  if (inventory === undefined) throw new TypeError(`source ${source.id} has no inventory`);
  const dense = inventory.method === 'identifiers' && inventory.dense !== null;
  const methods: readonly AuditMethod[] =
    inventory.method === 'counts'
      ? ['counts', 'sample']
      : dense
        ? ['identifiers', 'density']
        : ['identifiers'];
  const step: AuditStep =
    inventory.method === 'counts'
      ? {
          at: 'counts',
          blocks: blocksOf(range, inventory.widestDays),
          said: '',
          found: 0,
          todo: [],
          plain: false,
        }
      : { at: 'sweep', todo: [range], cursor: '', again: false, before: 0 };
  const learnt = before === null ? null : progressOf(before);
  const progress: AuditProgress = {
    turn: (learnt?.turn ?? 0) + 1,
    repair,
    spent: 0,
    resumeAt: null,
    seed: Math.floor(chance * 2 ** 31),
    failures: 0,
    step,
    doubts: [],
    holes: learnt?.holes ?? {},
    settled: learnt?.settled ?? {},
  };
  return {
    id,
    source: source.id,
    state: 'running',
    range,
    methods,
    startedAt: now,
    endedAt: null,
    requests: 0,
    budget,
    listed: 0,
    missing: 0,
    probed: 0,
    absent: 0,
    sample: null,
    unproved: [],
    note: 'begun',
    progress,
  };
}

/** What an audit does at a step, in a sentence. */
export function noteOf({ at }: AuditStep): string {
  switch (at) {
    case 'sweep':
      return 'identifiers are listed and compared with what is here';
    case 'density':
      return 'numbers that nobody listed are asked for';
    case 'counts':
      return 'what intervals are said to hold is compared with what is here';
    case 'walk':
      return 'days are walked again';
    case 'sample':
      return 'days are drawn by chance';
    case 'repairs':
      return 'what was missing is asked for';
    case 'ended':
      return 'ended';
  }
}
