import type { ChildExit, RestartReason } from '../../model/engine-message.ts';
import type { IncidentCause } from '../../model/incident.ts';
import { formatDuration } from '@holdfast/resilience/clock';
import type { Book } from './book.ts';
import { openIncidents, put, reckon } from './reckon.ts';
import { withAction } from '../../model/with-action.ts';
import { seen, without } from './trouble.ts';

/** A child that has lived for so long since is well again, ms: as its supervisor sees it. */
const HEALTHY_MS = 10 * 60_000;

/** Each new engine is told all exits that its supervisor remembers: those of so long ago are in the book or too old for it, ms. */
export const TOLD_AGAIN_MS = 7 * 24 * 3_600_000;

const CAUSES: Readonly<Record<RestartReason, IncidentCause | null>> = {
  crash: 'crash',
  watchdog: 'hung',
  oom: 'oom',
  operator: null,
  update: null,
};

/** Whether time alone ends it, once the child has lived through enough of it. */
export function isOfExits(cause: IncidentCause): boolean {
  return OF_EXITS.includes(cause);
}

const OF_EXITS: readonly IncidentCause[] = ['crash', 'hung', 'oom', 'crash-loop'];

/** Exits that the supervisor saw. One that was told before is recognised by the action it left behind. */
export function noteExits(book: Book, exits: readonly ChildExit[], at: number): Book {
  return exits.reduce((noted, exit) => {
    const cause = CAUSES[exit.reason];
    if (cause === null || exit.at > at || at - exit.at >= TOLD_AGAIN_MS) return noted;
    const once = noteExit(noted, exit, cause, at);
    return exit.coolingDown ? noteExit(once, exit, 'crash-loop', at) : once;
  }, book);
}

function noteExit(book: Book, exit: ChildExit, cause: IncidentCause, at: number): Book {
  const what = `${howItEnded(exit)}; started again ${exit.restartInMs === 0 ? 'at once' : `after ${formatDuration(exit.restartInMs)}`}`;
  const known = [...book.incidents.values()].filter(
    (incident) => incident.cause === cause && incident.scope === exit.child,
  );
  if (known.some((incident) => wasTold(incident, exit.at))) return book;
  const summary =
    cause === 'crash-loop'
      ? `the ${exit.child} ended too often and cooled down for ${formatDuration(exit.restartInMs)}`
      : `the ${exit.child} ${WORDS[cause] ?? 'ended'} (${howItEnded(exit)}) and was started again`;
  const troubles = seen(
    book.troubles,
    { cause, scope: exit.child, layer: 'daemon', source: null, summary, nextAttemptAt: null },
    exit.at,
    // Nobody is well during a cooldown. Who tells of it is up, whatever is left of the pause by its own clock.
    Math.min(exit.at + exit.restartInMs, at),
  );
  const noted = reckon({ ...book, troubles }, at);
  const incident = openIncidents(noted).find((each) => each.cause === cause && each.scope === exit.child);
  return incident === undefined ? noted : put(noted, withAction(incident, { at: exit.at, what }));
}

const WORDS: Partial<Record<IncidentCause, string>> = {
  crash: 'crashed',
  hung: 'hung',
  oom: 'ran out of memory',
};

function howItEnded({ code, signal, reason }: ChildExit): string {
  if (reason === 'watchdog') return 'no sign of life';
  return signal === null ? `code ${String(code)}` : signal;
}

/** Its action is there, or has made room for newer ones. */
function wasTold(
  { actions, count }: { readonly actions: readonly { readonly at: number }[]; readonly count: number },
  exitAt: number,
): boolean {
  const first = actions[0];
  return (
    actions.some(({ at }) => at === exitAt) ||
    (first !== undefined && count > actions.length && exitAt < first.at)
  );
}

/** Ends what a child has outlived. */
export function forgetOldExits(book: Book, at: number): Book {
  const isOver = (seenAt: number): boolean => at - seenAt >= HEALTHY_MS || at < seenAt;
  const troubles = without(book.troubles, ({ cause, seenAt }) => isOfExits(cause) && isOver(seenAt));
  return { ...book, troubles };
}
