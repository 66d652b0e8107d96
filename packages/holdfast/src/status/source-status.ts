import type { SourceConfig } from '../config/index.ts';
import { dayOf, type Day } from '../model/day.ts';
import type { SourceStateName } from '../model/event.ts';
import { isAwaited, lastWorkday } from '../model/staleness.ts';
import type { SourceState, StoreStats } from '../store/port.ts';
import { isoOrNull, secondsSince } from './instant.ts';
import { UNKNOWN_DAY } from './last-day.ts';
import type { LiveStatus } from './live-status.ts';
import type { Freshness, SourceStatus } from './status-report.ts';

/** What is known of one source, from every side that knows something. */
export interface SourceParts {
  readonly id: string;
  readonly configured: SourceConfig | undefined;
  readonly stored: SourceState | undefined;
  readonly counts: StoreStats['perSource'][number] | undefined;
  readonly timeline: string | undefined;
  /** What the running engine says; undefined when none answers. */
  readonly live: LiveStatus['sources'][number] | undefined;
  readonly auditCompleteUntil: string | null;
  /** Wall ms. */
  readonly now: number;
}

/** How the source stands: what the running engine says, laid over what the store remembers. */
export function sourceStatus(parts: SourceParts): SourceStatus {
  const { id, configured, stored, counts, live } = parts;
  const shown = { waitsForDisk: false, ...shownState(configured, stored), ...attempts(stored), ...live };
  const watermark = stored?.watermark ?? null;
  const newestDatestamp = counts?.newestDatestamp ?? null;
  const freshness = freshnessOf(parts, shown, watermark, newestDatestamp, shown.lastSuccessAt);
  return {
    kind: configured?.kind ?? stored?.kind ?? '',
    ...shown,
    ...(freshness.late && shown.state === 'ok'
      ? { state: 'stale', reason: 'nothing new for longer than expected' }
      : {}),
    id,
    watermark,
    recordsTotal: counts?.records ?? 0,
    gapsOpen: counts?.gapsOpen ?? 0,
    windows: counts?.windows ?? { open: 0, sealed: 0, verified: 0, gap: 0 },
    newestDatestamp,
    auditCompleteUntil: parts.auditCompleteUntil,
    freshness,
    timeline: parts.timeline ?? UNKNOWN_DAY,
  };
}

function shownState(
  configured: SourceConfig | undefined,
  stored: SourceState | undefined,
): Pick<SourceStatus, 'state' | 'reason'> {
  const disabled = (reason: string) => ({ state: 'disabled', reason }) as const;
  if (configured === undefined) return disabled('not in the configuration; its papers are kept');
  if (!configured.enabled) return disabled('disabled in the configuration');
  if (stored === undefined) return { state: 'catching-up', reason: 'never harvested yet' };
  return { state: stored.state as SourceStateName, reason: stored.reason };
}

function attempts(
  stored: SourceState | undefined,
): Pick<SourceStatus, 'lastSuccessAt' | 'nextAttemptAt' | 'attempt'> {
  return {
    lastSuccessAt: isoOrNull(stored?.lastSuccessAt),
    nextAttemptAt: isoOrNull(stored?.nextAttemptAt),
    attempt: stored?.attempt ?? 0,
  };
}

/**
 * The engine judges lateness by the calendar of each kind. With `expect` set, a kind without a calendar of
 * announcements is judged here too, so that an old "ok" of an engine that is gone does not stay green.
 */
function freshnessOf(
  { configured, now }: SourceParts,
  { state, reason }: Pick<SourceStatus, 'state' | 'reason'>,
  watermark: string | null,
  newest: string | null,
  lastSuccessAt: string | null,
): Freshness {
  const target = configured?.expect ?? null;
  const byTarget =
    target !== null &&
    configured?.kind !== 'arxiv' &&
    state !== 'disabled' &&
    newest !== null &&
    newest.slice(0, 10) < expectedDay(configured, now - target);
  return {
    lagSeconds: secondsSince(watermark, now),
    stalenessSeconds: secondsSince(lastSuccessAt, now),
    targetSeconds: target === null ? null : target / 1000,
    late: (state === 'stale' && !isAwaited({ state, reason })) || byTarget,
  };
}

/** Preprint servers rest on weekends and holidays; of other repositories nothing is known. */
function expectedDay(configured: SourceConfig | undefined, at: number): Day {
  const kind = configured?.kind;
  const day = dayOf(at);
  return kind === 'biorxiv' || kind === 'medrxiv' ? lastWorkday(day) : day;
}
