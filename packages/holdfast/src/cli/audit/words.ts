import { formatDuration } from '@holdfast/resilience/clock';
import type { AuditMethod, AuditRun, AuditSample } from '../../model/audit.ts';
import { grouped } from '../status/quantities.ts';

/** Each method in words. */
export const METHODS: Readonly<Record<AuditMethod, string>> = {
  identifiers: 'identifiers listed anew',
  density: 'numbers that nobody listed asked for one by one',
  counts: "the upstream's counts compared",
  sample: 'some windows walked again',
};

/** Each state in words; one that runs may also have been left so by a process that ended. */
export const STATES: Readonly<Record<AuditRun['state'], string>> = {
  running: 'not finished',
  paused: 'paused',
  ended: 'ended',
};

/** What the sample says about all windows, with its confidence. */
export function sampleSentence({ population, chosen, failed, confidence, atMost }: AuditSample): string {
  const share = `${(Math.ceil(atMost * 10_000) / 100).toFixed(2)} %`;
  const found = failed === 0 ? 'none lacked anything' : `${grouped(failed)} lacked something`;
  const sure = `${String(Math.round(confidence * 100))} %`;
  return `${grouped(chosen)} of ${grouped(population)} older windows were walked again, ${found}: with ${sure} confidence at most ${share} of them lack something.`;
}

/** What an audit cost: its requests, and how long they take at the least distance that the upstream asks for. */
export function costOf({ requests }: Pick<AuditRun, 'requests'>, intervalMs: number): string {
  const polite = intervalMs === 0 ? '' : `, ${formatDuration(requests * intervalMs)} at its polite pace`;
  return `${grouped(requests)} ${requests === 1 ? 'request' : 'requests'}${requests === 0 ? '' : polite}`;
}
