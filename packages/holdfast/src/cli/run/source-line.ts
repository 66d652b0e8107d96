import { formatDuration } from '@holdfast/resilience/clock';
import type { SourceStateName, WaitNotice } from '../../model/event.ts';
import { stateDuring } from '../../model/wait-state.ts';
import type { RunEvent } from '../../daemon/supervisor-event.ts';
import { grouped } from '../status/quantities.ts';
import { plain } from '../terminal/escape.ts';
import { fit, pad } from '../terminal/width.ts';

/** What a live line shows of one source. */
export interface SourceView {
  readonly id: string;
  readonly state: SourceStateName;
  /** Records that the store did not have before, since the start of the run. */
  readonly added: number;
  /** Records committed in the last minute, with their instants (wall ms). */
  readonly recent: readonly { readonly at: number; readonly records: number }[];
  readonly window: string;
  readonly look: number;
  /** Why it waits; null while a request is under way. */
  readonly wait: WaitNotice | null;
  readonly done: string | null;
}

const MINUTE = 60_000;

/** A source of which nothing has been heard yet. */
export function newSourceView(id: string): SourceView {
  return { id, state: 'catching-up', added: 0, recent: [], window: '', look: 1, wait: null, done: null };
}

/** The view after an event. Events of other sources change nothing. */
export function sourceViewAfter(view: SourceView, event: RunEvent): SourceView {
  if (!('source' in event) || event.source !== view.id) return view;
  switch (event.kind) {
    case 'request':
      return { ...view, wait: null };
    case 'commit': {
      const records = event.inserted + event.updated + event.unchanged + event.restamped;
      const recent = [...view.recent.filter(({ at }) => event.at - at < MINUTE), { at: event.at, records }];
      return {
        ...view,
        recent,
        added: view.added + event.inserted,
        window: event.window,
        look: event.look,
        wait: null,
      };
    }
    case 'state':
      return { ...view, state: event.state };
    case 'wait':
      return { ...view, wait: event.wait };
    case 'done':
      return { ...view, done: event.caughtUp ? event.reason : `not caught up: ${event.reason}`, wait: null };
    default:
      return view;
  }
}

/** The heading of the live lines. */
export const HEADING = `${pad('SOURCE', 14)}${pad('STATE', 14)}${pad('NEW', 11, 'left')}${pad('REC/MIN', 10, 'left')}  NOW`;

/** The live lines of a source, at most `columns` wide, without colours: how it stands and, if it waits, why. */
export function sourceLines(view: SourceView, now: number, columns: number): readonly string[] {
  const rate = view.recent
    .filter(({ at }) => now - at < MINUTE)
    .reduce((sum, { records }) => sum + records, 0);
  const head =
    pad(fit(view.id, 13), 14) +
    pad(stateOf(view), 14) +
    pad(grouped(view.added), 11, 'left') +
    pad(grouped(rate), 10, 'left') +
    '  ';
  const line = fit(head + plain(activity(view, now)), columns);
  const { wait } = view;
  const waits = wait !== null && stateDuring(wait) !== null;
  return waits ? [line, fit(`  └ ${plain(wait.reason)}`, columns)] : [line];
}

function stateOf({ state, wait }: SourceView): SourceStateName {
  return (wait === null ? null : stateDuring(wait)) ?? state;
}

function activity({ window, wait, done, look }: SourceView, now: number): string {
  if (done !== null) return done;
  const what =
    window === '' ? 'starting' : `${window.slice(window.indexOf('/') + 1)}${look > 1 ? ' again' : ''}`;
  if (wait === null) return what;
  const left = wait.until === null ? '' : `in ${formatDuration(Math.max(0, wait.until - now))}`;
  if (wait.why === 'interval') return `${what}, next ${left}`;
  const attempt = wait.attempt > 0 ? `try ${wait.attempt}, ` : '';
  const when = `${attempt}${left === '' ? 'waits' : left}`;
  return stateDuring(wait) === null ? `${when}: ${wait.reason}` : when;
}
