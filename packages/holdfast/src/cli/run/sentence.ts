import { formatDuration } from '@holdfast/resilience/clock';
import type { RunEvent } from '../../daemon/supervisor-event.ts';
import { plain } from '../terminal/escape.ts';

/** An event as a sentence for a person, on one line; null for those that only move a display. */
export function sentenceOf(event: RunEvent): string | null {
  const text = wordsOf(event);
  return text === null ? null : plain(text);
}

function wordsOf(event: RunEvent): string | null {
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
      return `${event.window}: ${event.state}${event.reason === '' ? '' : `, ${event.reason}`}.`;
    case 'retry':
      return `${event.source}: try ${event.attempt} failed (${event.message}); again in ${formatDuration(event.delayMs)}.`;
    case 'gap':
      return `${event.source}: gap ${event.key} ${event.state}${event.reason === '' ? '' : `, ${event.reason}`}.`;
    case 'quarantine':
      return `${event.source}: ${event.id ?? 'a page'} went to the quarantine, ${event.reason} (holdfast quarantine).`;
    case 'notice':
      return `${event.message} ${event.hint}`.trim();
    case 'state':
      return `${event.source}: ${event.state}${event.reason === '' ? '' : `, ${event.reason}`}.`;
    case 'wait':
      return waitWords(event);
    case 'done':
      return `${event.source}: ${event.caughtUp ? 'caught up' : 'not caught up'}${event.reason === '' ? '' : `, ${event.reason}`}.`;
    default:
      return supervisorWords(event);
  }
}

/** The pause between two polite requests is no news. */
function waitWords({ source, wait, at }: Extract<RunEvent, { kind: 'wait' }>): string | null {
  if (wait.why === 'interval') return null;
  const left = wait.until === null ? '' : `, for ${formatDuration(Math.max(0, wait.until - at))}`;
  const cause = wait.error === null ? '' : ` (${wait.error.message})`;
  const advice = wait.why === 'offline' ? ' Without a network, `holdfast demo` shows how it works.' : '';
  return `${source}: waits${left}: ${wait.reason}${cause}.${advice}`;
}

function supervisorWords(event: RunEvent): string | null {
  switch (event.kind) {
    case 'engine-exited': {
      const how = event.signal === null ? `with code ${String(event.code)}` : `by ${event.signal}`;
      return `The engine ended ${how} (${event.reason}); it is started again in ${formatDuration(event.restartInMs)}.`;
    }
    case 'cooling-down':
      return `The engine ended too often; it cools down until ${new Date(event.until).toISOString()}. Nothing is lost.`;
    case 'engine-hung':
      return `The engine has given no sign of life for ${formatDuration(event.silentMs)}.`;
    case 'stopping':
      return event.force ? 'Stopping at once.' : 'Stopping; press Ctrl-C again to stop at once.';
    default:
      return null;
  }
}
