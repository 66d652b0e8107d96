import { classify } from '../../classify/classify.ts';
import type { Verdict } from '../../classify/verdict.ts';
import { ResilienceError } from '../../errors.ts';
import type { CloseEventLike } from './web-socket-like.ts';
import { classifyWebSocket } from './websocket-rules.ts';

/**
 * The connection has ended. Its verdict is `session-lost`, unless the close code says that the credential was not
 * accepted, or that what was sent must not be sent again.
 */
export function closedError(
  close: CloseEventLike,
  safeToReplay: 'yes' | 'unknown',
  cause?: unknown,
): ResilienceError {
  return new ResilienceError(`The WebSocket has ended: ${describeClose(close)}.`, {
    code: 'ERR_WEBSOCKET_CLOSED',
    hint: 'Take a new lease of the session; it connects anew and goes on from the offset.',
    cause,
    verdict: lostVerdict(close.code, safeToReplay),
  });
}

/** A close in words, such as `closed with 1006`. */
export function describeClose({ code, reason }: CloseEventLike): string {
  return reason === '' ? `closed with ${code}` : `closed with ${code} (${reason.slice(0, 200)})`;
}

function lostVerdict(closeCode: number, safeToReplay: 'yes' | 'unknown'): Verdict {
  const known = classifyWebSocket({ closeCode });
  // A message that is not acceptable must not be sent again, and a credential that is not must be renewed.
  if (known?.category === 'permanent' || known?.category === 'auth-expired') return known;
  return {
    category: 'session-lost',
    scope: 'session',
    safeToReplay,
    evidence: 'event',
    code: `WS_${closeCode}`,
  };
}

/** No connection came about; nothing was sent on it. `event` is what `error` gave, `close` what came after it. */
export function connectError(event: unknown, close: CloseEventLike | undefined): ResilienceError {
  const error = errorOf(event);
  const text = error instanceof Error && error.message !== '' ? `: ${error.message}` : '';
  return new ResilienceError(`No WebSocket connection came about${text}.`, {
    code: 'ERR_WEBSOCKET_CONNECT',
    hint: 'Check the address, the network and the credential that is sent with the handshake.',
    cause: error,
    verdict: connectVerdict(error, close),
  });
}

/** Both kinds of error event carry the error, if there is one; it says more than the event. */
function errorOf(event: unknown): unknown {
  if (typeof event !== 'object' || event === null || !('error' in event)) return event;
  return event.error ?? event;
}

function connectVerdict(error: unknown, close: CloseEventLike | undefined): Verdict {
  const known = classifyWebSocket(error);
  if (known !== undefined) return known;
  const general = classify(error);
  if (general.category !== 'unknown') return { ...general, safeToReplay: 'yes' };
  const closed = close === undefined ? undefined : classifyWebSocket({ closeCode: close.code });
  return {
    ...(closed ?? { category: 'network', scope: 'call', evidence: 'event' }),
    safeToReplay: 'yes',
  };
}

/** The peer takes less than is sent: nothing of this message was sent. */
export function fullError(limit: number): ResilienceError {
  return new ResilienceError(`More than ${limit} bytes wait to be sent.`, {
    code: 'ERR_WEBSOCKET_FULL',
    hint: 'Send slower; the peer or the network does not keep up.',
    verdict: {
      category: 'network',
      scope: 'call',
      safeToReplay: 'yes',
      evidence: 'flag',
      code: 'ERR_WEBSOCKET_FULL',
    },
  });
}

/** Messages came faster than they were taken; the connection was ended so that none is lost unseen. */
export function overflowError(what: string): ResilienceError {
  return new ResilienceError(`More than ${what} wait to be received.`, {
    code: 'ERR_WEBSOCKET_OVERFLOW',
    hint: 'Receive faster, raise `limits`, or set queuedMessages to 0 and listen on the socket.',
    verdict: {
      category: 'session-lost',
      scope: 'session',
      safeToReplay: 'unknown',
      evidence: 'flag',
      code: 'ERR_WEBSOCKET_OVERFLOW',
    },
  });
}
