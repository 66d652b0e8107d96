import { ResilienceError } from '../../errors.ts';
import type { JsonValue } from '../../state/state-store.ts';

/**
 * A time before which nothing is sent: wall time plus its original length, and the boot clock when it was set, so that
 * a stepped clock is noticed. Records of earlier versions have no boot time.
 */
export interface Hold {
  /** Tells one hold from another: who has seen it set knows its end by the monotonic clock. */
  readonly id: string;
  readonly until: number;
  readonly lengthMs: number;
  readonly boot?: number;
  readonly reason: string;
  readonly raw?: string;
}

/** What is remembered of a gate. */
export interface GateRecord {
  /** A request was about to be sent and its end was not noted yet. */
  readonly flight: { readonly id: string; readonly at: number } | undefined;
  /** End of the last response. */
  readonly end: { readonly id: string; readonly at: number; readonly boot?: number } | undefined;
  readonly retryAfter: Hold | undefined;
  readonly cooldown: Hold | undefined;
}

/** A gate that nobody has used yet. */
export const EMPTY_GATE: GateRecord = {
  flight: undefined,
  end: undefined,
  retryAfter: undefined,
  cooldown: undefined,
};

/** @throws ResilienceError `ERR_STATE_CORRUPT`: guessing could undercut a wait that was asked for. */
export function readGateRecord(key: string, value: JsonValue | undefined): GateRecord {
  if (value === undefined) return EMPTY_GATE;
  const record = asObject(key, value);
  return {
    flight: readMark(key, record['flight']),
    end: readMark(key, record['end']),
    retryAfter: readHold(key, record['retryAfter']),
    cooldown: readHold(key, record['cooldown']),
  };
}

/** The record as a state store keeps it; absent fields are left out. */
export function writeGateRecord(record: GateRecord): JsonValue {
  return JSON.parse(JSON.stringify(record)) as JsonValue;
}

function readMark(key: string, value: unknown): { id: string; at: number; boot?: number } | undefined {
  if (value === undefined || value === null) return undefined;
  const { id, at, boot } = asObject(key, value);
  if (typeof id !== 'string' || typeof at !== 'number') throw corrupt(key);
  return { id, at, ...(typeof boot === 'number' ? { boot } : {}) };
}

function readHold(key: string, value: unknown): Hold | undefined {
  if (value === undefined || value === null) return undefined;
  const { id, until, lengthMs, reason, raw, boot } = asObject(key, value);
  if (
    typeof id !== 'string' ||
    typeof until !== 'number' ||
    typeof lengthMs !== 'number' ||
    typeof reason !== 'string'
  ) {
    throw corrupt(key);
  }
  return {
    id,
    until,
    lengthMs,
    reason,
    ...(typeof raw === 'string' ? { raw } : {}),
    ...(typeof boot === 'number' ? { boot } : {}),
  };
}

function asObject(key: string, value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null) throw corrupt(key);
  return value as Readonly<Record<string, unknown>>;
}

function corrupt(key: string): ResilienceError {
  return new ResilienceError(`The remembered state of gate ${key} cannot be understood.`, {
    code: 'ERR_STATE_CORRUPT',
    hint: `Remove the key ${key} from the state store after waiting for as long as the upstream may have asked.`,
    verdict: {
      category: 'local',
      scope: 'none',
      safeToReplay: 'yes',
      evidence: 'class',
      code: 'ERR_STATE_CORRUPT',
    },
  });
}
