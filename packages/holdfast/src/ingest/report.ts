import type { Window } from '../model/window.ts';
import type { Reading } from '../sources/port.ts';
import type { CommitResult } from '../store/port.ts';
import type { Conclusion } from './conclusion.ts';
import type { IngestDeps } from './deps.ts';

/** Tells what one commit did. */
export function report(
  deps: IngestDeps,
  window: Window,
  conclusion: Conclusion,
  result: CommitResult,
  page: Extract<Reading, { type: 'page' }> | null,
): void {
  const base = { at: deps.clock.now(), source: window.source };
  if (page !== null) {
    const { inserted, updated, unchanged, restamped, quarantined, missing } = result;
    deps.emit({
      ...base,
      kind: 'commit',
      window: window.key,
      look: window.look,
      inserted,
      updated,
      unchanged,
      restamped,
      quarantined,
      missing,
    });
    for (const bad of page.bad)
      deps.emit({ ...base, kind: 'quarantine', id: bad.id, code: bad.code, reason: bad.reason });
  }
  for (const gap of conclusion.gaps ?? [])
    deps.emit({ ...base, kind: 'gap', key: gap.key, state: gap.state, reason: gap.reason });
  const state = endState(window, conclusion);
  if (state !== null)
    deps.emit({
      ...base,
      kind: 'window',
      window: window.key,
      look: window.look,
      state,
      reason: conclusion.next.reason ?? '',
    });
}

type EndState = 'SEALED' | 'VERIFIED' | 'GAP' | 'SPLIT' | 'TAIL';

function endState(window: Window, { next, drop }: Conclusion): EndState | null {
  if (window.to === null && next.state === 'OPEN') return 'TAIL';
  if (drop === true) return 'SPLIT';
  return next.state === 'SEALED' || next.state === 'VERIFIED' || next.state === 'GAP' ? next.state : null;
}
