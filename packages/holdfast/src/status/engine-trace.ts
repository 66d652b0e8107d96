import type { ControlReply } from '../control/ask.ts';
import { NO_RESTARTS } from '../model/engine-message.ts';
import type { ChildMode, ChildStatus } from '../model/supervisor-status.ts';
import { isoOrNull } from './instant.ts';
import type { EngineState, StatusReport } from './status-report.ts';

/** What is known of the engine before it says anything itself. */
export type EngineTrace = StatusReport['engine'];

/** What the trace is made from. */
export interface TraceParts {
  /** How the engine answered; null when there was no use in asking. */
  readonly reply: ControlReply['type'] | null;
  /** The engine as its supervisor sees it; null without a supervisor. */
  readonly child: ChildStatus | null;
  /** Whether an engine owns the store. */
  readonly owned: () => boolean;
  readonly version: string;
  /** Wall ms. */
  readonly now: number;
}

/** The engine, told from its supervisor, from its own silence and from the store's lock. */
export function engineTrace({ reply, child, owned, version, now }: TraceParts): EngineTrace {
  const state = child === null ? stateAlone(reply, owned) : stateOf(child.mode, reply);
  const runs = child?.pid !== null && child?.startedAt !== undefined && child.startedAt !== null;
  return {
    state,
    pid: child?.pid ?? null,
    uptimeSeconds: runs ? Math.max(0, Math.floor((now - (child.startedAt ?? now)) / 1000)) : 0,
    version,
    restarts: child?.restarts ?? NO_RESTARTS,
    nextStartAt: isoOrNull(child?.nextStartAt),
    lastHeartbeatAt: isoOrNull(child?.lastHeartbeatAt),
  };
}

/** Whether it is of use to ask an engine in this mode: one that hangs, or is not there, only costs patience. */
export function canAnswer(mode: ChildMode): boolean {
  return mode === 'running' || mode === 'starting' || mode === 'stopping';
}

function stateAlone(reply: TraceParts['reply'], owned: () => boolean): EngineState {
  if (reply === 'result') return 'running';
  if (reply === 'silent') return 'hung';
  return owned() ? 'starting' : 'stopped';
}

function stateOf(mode: ChildMode, reply: TraceParts['reply']): EngineState {
  if (reply === 'result') return 'running';
  switch (mode) {
    case 'starting':
    case 'delayed':
      return 'starting';
    case 'running':
      return 'running';
    case 'hung':
      return 'hung';
    case 'cooling-down':
      return 'cooling-down';
    case 'stopping':
    case 'ended':
      return 'stopped';
  }
}
