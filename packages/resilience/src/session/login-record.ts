import { formatDuration } from '../clock/duration.ts';
import type { JsonValue } from '../state/state-store.ts';
import type { MachineRules } from './machine-types.ts';
import type { SessionPlan } from './session-plan.ts';

/** Logins that were spent, as they are remembered over restarts. Wall times in ms. */
export interface LoginRecord {
  readonly at: readonly number[];
  /** Failures in a row; one that was begun and never ended counts. */
  readonly failed: number;
}

/** Why no login may be tried for now. */
export interface Refusal {
  readonly reason: string;
  readonly until: number;
}

const LONGEST_PAUSE = 5;

/** Reads a record; times that the clock has not reached yet (it was set back) count as now. */
export function readRecord(value: JsonValue | undefined, now: number): LoginRecord {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return { at: [], failed: 0 };
  const { at, failed } = value as { readonly at?: unknown; readonly failed?: unknown };
  const times = Array.isArray(at) ? at.filter((each) => typeof each === 'number') : [];
  return { at: times.map((each) => Math.min(each, now)), failed: typeof failed === 'number' ? failed : 0 };
}

/** Whether the budget forbids another login; after so many failures each pause is twice as long as the one before. */
export function refusalOf(
  record: LoginRecord,
  now: number,
  auth: SessionPlan['auth'],
  rules: MachineRules,
): Refusal | undefined {
  const { max, perMs } = auth.budget;
  const recent = record.at.filter((at) => now - at < perMs);
  const oldest = recent[recent.length - max];
  if (oldest !== undefined) {
    return {
      reason: `${String(max)} logins were made within ${formatDuration(perMs)}`,
      until: oldest + perMs,
    };
  }
  const over = record.failed - auth.attempts;
  const last = record.at.at(-1);
  if (over < 0 || last === undefined) return undefined;
  const until = last + rules.circuitOpenMs * 2 ** Math.min(over, LONGEST_PAUSE);
  if (until <= now) return undefined;
  return { reason: `${String(record.failed)} logins in a row failed`, until };
}

/** The record once another login has begun. */
export function spent(record: LoginRecord, now: number, perMs: number): LoginRecord {
  return { at: [...record.at.filter((at) => now - at < perMs), now], failed: record.failed + 1 };
}

/** The record once that login has ended: `refund` when nothing was sent, `failed` when it was refused. */
export function ended(
  record: LoginRecord,
  outcome: 'ok' | 'failed' | 'not-its-fault' | 'refund',
): LoginRecord {
  switch (outcome) {
    case 'ok':
      return { at: record.at, failed: 0 };
    case 'failed':
      return record;
    case 'not-its-fault':
      return { at: record.at, failed: Math.max(0, record.failed - 1) };
    case 'refund':
      return { at: record.at.slice(0, -1), failed: Math.max(0, record.failed - 1) };
  }
}
