import { formatDuration } from '@holdfast/resilience/clock';
import type { RunEvent } from '../../daemon/supervisor-event.ts';
import { plain } from '../terminal/escape.ts';
import { fit } from '../terminal/width.ts';

/** Shorter pauses of ours are over before anybody has read of them, ms. */
const UNNOTICED = 100;

/**
 * An event as a sentence for a person, on one line; null for those that only move a display. `demo` is the command
 * that shows the product without a network.
 */
export function sentenceOf(event: RunEvent, demo = 'holdfast demo'): string | null {
  const text = wordsOf(event, demo);
  return text === null ? null : plain(text);
}

function wordsOf(event: RunEvent, demo: string): string | null {
  switch (event.kind) {
    case 'ready':
      return `Harvesting ${event.sources.join(', ')} into ${event.store}.`;
    case 'commit': {
      const changes = `${event.inserted} new, ${event.updated} changed, ${event.unchanged} unchanged`;
      const troubles =
        event.quarantined + event.missing > 0
          ? `, ${event.quarantined} quarantined, ${event.missing} missing`
          : '';
      return `${event.window}: ${changes}${troubles}.`;
    }
    case 'window':
      return because(`${event.window}: ${event.state}`, event.reason);
    case 'retry':
      return `${event.source}: try ${event.attempt} failed (${event.message}); again in ${formatDuration(event.delayMs)}.`;
    case 'gap':
      return because(`${event.source}: gap ${event.key} ${event.state}`, event.reason);
    case 'quarantine':
      return `${event.source}: ${event.id ?? 'something without identifier'} is quarantined (holdfast quarantine): ${event.reason}`;
    case 'notice':
      return `${event.message} ${event.hint}`.trim();
    case 'machine':
      return event.message;
    case 'set-aside':
      return setAsideWords(event);
    case 'state':
      return because(`${event.source}: ${event.state}`, event.reason);
    case 'wait':
      return waitWords(event, demo);
    case 'done':
      return event.reason.startsWith('caught up')
        ? `${event.source}: ${event.reason}.`
        : because(`${event.source}: ${event.caughtUp ? 'caught up' : 'not caught up'}`, event.reason);
    default:
      return supervisorWords(event);
  }
}

function setAsideWords({ source, window, deaths, state }: Extract<RunEvent, { kind: 'set-aside' }>): string {
  const page = `${source}: a page of ${window} on which ${deaths} engines died`;
  switch (state) {
    case 'set-aside':
      return `${page} is set aside; the rest goes on.`;
    case 'tried-alone':
      return `${page} is tried once more.`;
    case 'given-up':
      return `${page} is not read again; its window is narrowed.`;
    case 'settled':
      return `${page} was read after all.`;
  }
}

/** A sentence with its reason, which may be empty, end in a full stop or say nothing new. */
function because(statement: string, reason: string): string {
  const rest = reason.trim().replace(/\.+$/, '');
  return rest === '' || statement.endsWith(rest) ? `${statement}.` : `${statement}, ${rest}.`;
}

/** The pause between two polite requests is no news, nor is one that is over already. */
function waitWords({ source, wait, at }: Extract<RunEvent, { kind: 'wait' }>, demo: string): string | null {
  if (wait.why === 'interval') return null;
  if (wait.why === 'backoff' && wait.until !== null && wait.until - at < UNNOTICED) return null;
  const left = wait.until === null ? '' : ` ${formatDuration(Math.max(0, wait.until - at))}`;
  const cause =
    wait.error === null || wait.reason.includes(wait.error.message) ? '' : ` (${wait.error.message})`;
  const advice = wait.why === 'offline' ? ` Without a network, \`${demo}\` shows how it works.` : '';
  const subject = source === '' ? 'waits' : `${source}: waits`;
  return `${because(`${subject}${left}`, shortened(`${wait.reason}${cause}`))}${advice}`;
}

/** A reason may quote a whole error page. */
function shortened(text: string): string {
  return fit(plain(text), 160);
}

function supervisorWords(event: RunEvent): string | null {
  switch (event.kind) {
    case 'engine-exited': {
      const how = event.signal === null ? `with code ${String(event.code)}` : `by ${event.signal}`;
      return `The engine ended ${how} (${event.reason}); it is started again in ${formatDuration(event.restartInMs)}.`;
    }
    case 'cooling-down':
      return `The engine is not started again before ${new Date(event.until).toISOString()}: it ended too often, or a person has to mend what it told.`;
    case 'engine-hung':
      return `The engine has given no sign of life for ${formatDuration(event.silentMs)}.`;
    case 'child-exited': {
      const how = event.signal === null ? `with code ${String(event.code)}` : `by ${event.signal}`;
      const when = `${event.coolingDown ? 'after a cooldown ' : ''}it is started again in ${formatDuration(event.restartInMs)}`;
      return `The ${event.child} ended ${how} (${event.reason}); ${when}. The harvest goes on.`;
    }
    case 'child-hung':
      return `The ${event.child} has given no sign of life for ${formatDuration(event.silentMs)}.`;
    case 'recycling':
      return `The ${event.child} is ended to be started anew (${event.reason}).`;
    case 'stopping':
      return event.force ? 'Stopping at once.' : 'Stopping; press Ctrl-C again to stop at once.';
    case 'ended':
      return `${event.summary}.`;
    default:
      return null;
  }
}
