import { eventsOf } from '../../drill/checker/events.ts';
import { Ledger } from '../../drill/upstream/ledger.ts';
import type { Lane, Mark } from './timeline-picture.ts';

/** What a play left: the ledgers of its upstreams, what the product printed, and what was done to it. */
export interface Recording {
  readonly upstreams: readonly { readonly name: string; readonly ledgerFile: string }[];
  readonly printed: string;
  readonly faults: readonly Mark[];
}

/** The lanes of a timeline, from the first request on. */
export function lanesOf({ upstreams, printed, faults }: Recording): readonly Lane[] {
  const events = eventsOf(printed);
  const ledgers = upstreams.map(({ name, ledgerFile }) => ({ name, ledger: Ledger.read(ledgerFile) }));
  const start = Math.min(
    ...ledgers.flatMap(({ ledger }) => ledger.exchanges.map(({ request }) => request.at)),
  );
  const from = ({ at, until, ...rest }: Mark): Mark => ({
    ...rest,
    at: Math.max(0, at - start),
    ...(until === undefined ? {} : { until: until - start }),
  });
  const commits = events.flatMap(({ kind, at }) =>
    kind === 'commit' ? [{ at, look: 'commit' } as const] : [],
  );
  const starts = events.flatMap(({ kind, at }) =>
    kind === 'engine-started' ? [{ at, look: 'start' } as const] : [],
  );
  return [
    ...(faults.length === 0 ? [] : [{ name: 'fault', marks: faults.map(from) }]),
    ...ledgers.map(({ name, ledger }) => ({ name, marks: requestsOf(ledger).map(from) })),
    { name: 'waits', marks: waitsOf(events).map(from) },
    ...(starts.length < 2 ? [] : [{ name: 'engines', marks: starts.map(from) }]),
    { name: 'commits', marks: commits.map(from) },
  ];
}

function requestsOf({ exchanges }: Ledger): readonly Mark[] {
  return exchanges.map(({ request, response }) =>
    response === undefined || response.fault !== undefined
      ? { at: request.at, look: 'bad', ...(response?.fault === undefined ? {} : { label: response.fault }) }
      : { at: request.at, look: 'good' },
  );
}

/** Waits that were asked for or caused by an error, not the pause between two requests. */
function waitsOf(events: ReturnType<typeof eventsOf>): readonly Mark[] {
  return events.flatMap(({ kind, at, wait }) =>
    kind === 'wait' &&
    wait !== undefined &&
    wait.why !== 'interval' &&
    wait.until !== null &&
    wait.until - at < 60_000
      ? [{ at, until: wait.until, look: 'wait' } as const]
      : [],
  );
}
