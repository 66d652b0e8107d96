import { judge } from '../../classify/driver-rules.ts';
import type { DriverRule } from '../../classify/driver-rules.ts';
import { classifyStatus } from '../../classify/status.ts';
import type { Category, SafeToReplay, Scope, Verdict } from '../../classify/verdict.ts';
import { property, withCauses } from '../../classify/with-causes.ts';

/** What a close code means (RFC 6455, 7.4, and the registry of codes). */
export interface CloseRule {
  readonly what: string;
  readonly closeCodes: readonly number[];
  readonly category: Category;
  readonly scope: Scope;
  readonly safeToReplay: SafeToReplay;
}

/** Close codes. 1000 and 1005 are a normal end and have no row. */
export const CLOSE_RULES: readonly CloseRule[] = [
  {
    what: 'The peer went away, failed, or asks to come again',
    closeCodes: [1001, 1006, 1011, 1012, 1013, 1014],
    category: 'network',
    scope: 'session',
    safeToReplay: 'unknown',
  },
  {
    what: 'What was sent is not acceptable',
    closeCodes: [1002, 1003, 1007, 1009, 1010],
    category: 'permanent',
    scope: 'call',
    safeToReplay: 'no',
  },
  {
    what: 'The peer does not accept who we are',
    closeCodes: [1008, 4401, 4403],
    category: 'auth-expired',
    scope: 'auth',
    safeToReplay: 'yes',
  },
];

/** Errors of `ws`. Those of sockets are in the general table. */
export const WEBSOCKET_RULES: readonly DriverRule[] = [
  {
    what: 'What came is not the protocol, or too large',
    codePrefixes: ['WS_ERR_'],
    category: 'permanent',
    scope: 'call',
    safeToReplay: 'no',
  },
  {
    what: 'The handshake was not answered',
    message: /^Opening handshake has timed out$/,
    category: 'timeout',
    scope: 'call',
    safeToReplay: 'yes',
  },
  {
    what: 'The connection is closed, or not yet open; nothing was sent',
    message:
      /^(?:WebSocket is not open: readyState |WebSocket was closed before the connection was established)/,
    category: 'session-lost',
    scope: 'session',
    safeToReplay: 'yes',
  },
  {
    what: 'No connection, and the event does not say why',
    classes: ['ErrorEvent'],
    last: true,
    category: 'network',
    scope: 'call',
    safeToReplay: 'yes',
  },
];

/**
 * The verdict on an error of a WebSocket, or on its close (`{ closeCode }`, or the `CloseEvent` itself); undefined
 * when it is none of its own and for a normal end. Never throws.
 */
export function classifyWebSocket(errorOrClose: unknown): Verdict | undefined {
  for (const candidate of withCauses(errorOrClose)) {
    const closed = closeVerdict(closeCodeOf(candidate));
    if (closed !== undefined) return closed;
  }
  return judge(errorOrClose, { rules: WEBSOCKET_RULES, readText: handshakeStatus });
}

function closeCodeOf(value: unknown): number | undefined {
  const code = property(value, 'type') === 'close' ? property(value, 'code') : property(value, 'closeCode');
  return typeof code === 'number' ? code : undefined;
}

function closeVerdict(closeCode: number | undefined): Verdict | undefined {
  const rule = CLOSE_RULES.find(({ closeCodes }) => closeCodes.some((known) => known === closeCode));
  if (rule === undefined) return undefined;
  const { category, scope, safeToReplay } = rule;
  return { category, scope, safeToReplay, evidence: 'event', code: `WS_${closeCode}` };
}

/** `ws` tells the status of a refused handshake in its message alone. The request was not processed. */
function handshakeStatus(line: string): Verdict | undefined {
  const status = /^Unexpected server response: (\d{3})$/.exec(line)?.[1];
  if (status === undefined) return undefined;
  const verdict = classifyStatus(Number(status));
  if (verdict === null) return { ...UPGRADE_IGNORED, code: `HTTP_${status}` };
  const safeToReplay = verdict.safeToReplay === 'unknown' ? 'yes' : verdict.safeToReplay;
  return { ...verdict, safeToReplay, evidence: 'message' };
}

/** A 2xx or 3xx where the protocol should have been switched: there is no WebSocket behind this address. */
const UPGRADE_IGNORED: Verdict = {
  category: 'permanent',
  scope: 'call',
  safeToReplay: 'no',
  evidence: 'message',
};
