import { plain } from '../terminal/escape.ts';
import type { Look } from '../terminal/style.ts';
import type { FoundStatus } from '../../status/read-status.ts';
import { renderStatus } from './render-status.ts';

/** The status for people, headed by a sentence when it does not come from a running engine. */
export function formatStatus({ report, note }: FoundStatus, look: Look, now: number): string {
  const lines = renderStatus(report, look, now);
  return (note === '' ? lines : [...lines, plain(note)]).join('\n');
}
