import type { EngineEvent, WaitNotice } from '../../model/event.ts';
import type { Book } from './book.ts';
import type { Sighting } from './trouble.ts';

type WaitEvent = Extract<EngineEvent, { kind: 'wait' }>;

/** What a wait says about what is wrong; null when it is none of that. */
export function sightingOf(event: WaitEvent, book: Book): Sighting | null {
  const { wait, source } = event;
  const shared = { source: source === '' ? null : source, nextAttemptAt: wait.until };
  const service = book.sources.find(({ id }) => id === source)?.service ?? source;
  if (wait.why === 'disk')
    return { ...shared, source: null, cause: 'disk', scope: 'store', layer: 'storage', summary: wait.reason };
  const cause = causeOf(wait);
  if (cause === null) return null;
  if (cause === 'offline' || cause === 'captive-portal')
    return { ...shared, cause, scope: 'machine', layer: 'machine', summary: wait.reason };
  const echo = wait.error?.code === 'ERR_CIRCUIT_OPEN' ? { isEcho: true as const } : {};
  const summary = `${service}: ${wait.reason}`;
  const answered = isAnswer(wait) ? { isAnswered: true as const } : {};
  return { ...shared, ...echo, ...answered, cause, scope: service, layer: 'connection', summary };
}

/** Errors of a request that no upstream answered; by any other, the network is there. */
const UNANSWERED =
  /^(E(?!RR_)[A-Z_]+|UND_ERR_\w+|ERR_(DNS|CONNECT|CONNECTION_LOST|TRANSPORT|TLS|PROXY_REFUSED|TIMEOUT_\w+|CIRCUIT_OPEN|UNKNOWN))$/;

function isAnswer({ error }: WaitNotice): boolean {
  return error !== null && !UNANSWERED.test(error.code);
}

function causeOf({
  why,
  reason,
  error,
}: WaitNotice): 'outage' | 'throttled' | 'blocked' | 'offline' | 'captive-portal' | null {
  if (error?.code === 'ERR_CAPTIVE_PORTAL') return 'captive-portal';
  switch (why) {
    case 'retry-after':
      return 'throttled';
    case 'cooldown':
      return reason.startsWith('blocked: ') ? 'blocked' : 'throttled';
    case 'backoff':
    case 'circuit':
      return error === null ? null : 'outage';
    case 'offline':
      return error === null ? 'offline' : 'outage';
    default:
      return null;
  }
}
