import { formatDuration } from '../../clock/duration.ts';
import type { ConnectionMetrics } from './connection-metrics.ts';

/** So many delays are shown. */
const DELAYS_SHOWN = 8;

/** What calls went through, as lines for people. */
export function connectionReport(metrics: ConnectionMetrics): readonly string[] {
  const { calls, succeeded, failed, attempts, recoveries, sharedRecoveries, failedRecoveries } = metrics;
  return [
    `${counted(calls, 'call')}: ${succeeded} succeeded, ${failed} failed; ${counted(attempts, 'attempt')}`,
    `${counted(recoveries, 'recovery', 'recoveries')}, ${sharedRecoveries} shared, ${failedRecoveries} failed`,
    waits(metrics),
    lost(metrics),
    ...categories(metrics),
  ];
}

function waits({ waits: count, waitedMs, delaysMs }: ConnectionMetrics): string {
  if (count === 0) return 'no waits';
  const shown = delaysMs.slice(-DELAYS_SHOWN).map((ms) => formatDuration(ms));
  const more = count > shown.length ? '… ' : '';
  return `waited ${formatDuration(waitedMs)} in ${counted(count, 'wait')}: ${more}${shown.join(', ')}`;
}

/** The share is rounded down: what lost a moment was not up all the time. */
function lost({ durationMs, lostMs }: ConnectionMetrics): string {
  if (lostMs <= 0) return `no time lost of ${formatDuration(durationMs)}`;
  const share = Math.floor(((durationMs - lostMs) / durationMs) * 1_000) / 10;
  return `${formatDuration(lostMs)} lost of ${formatDuration(durationMs)}, uptime ${share.toFixed(1)} %`;
}

function categories({ failures, failuresBy }: ConnectionMetrics): readonly string[] {
  if (failures === 0) return [];
  const counts = Object.entries(failuresBy).sort(([, a], [, b]) => b - a);
  const text = counts.map(([category, count]) => `${category} ${count}`).join(', ');
  return [`${counted(failures, 'failure')}: ${text}`];
}

function counted(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}
