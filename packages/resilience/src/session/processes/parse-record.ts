import { isAbsolute } from 'node:path';
import type { ProcessIdentity } from '../../process/process-identity.ts';
import type { ProcessRecord } from './process-record.ts';

/** Reads a record; undefined when it is cut, was made by something else, or lacks what a reaper must know. */
export function parseRecord(text: string): ProcessRecord | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // Damaged: the caller lists it.
    return undefined;
  }
  if (typeof value !== 'object' || value === null) return undefined;
  const { id, kind, owner, process, profile, mark } = value as Readonly<Record<string, unknown>>;
  if (typeof id !== 'string' || typeof kind !== 'string' || !isIdentity(owner)) return undefined;
  if (process !== undefined && !isIdentity(process)) return undefined;
  if (profile !== undefined && !(typeof profile === 'string' && isAbsolute(profile))) return undefined;
  // A mark without a name or a value could be anybody's.
  if (mark !== undefined && !(typeof mark === 'string' && /^\w+=.{8,}$/.test(mark))) return undefined;
  return {
    id,
    kind,
    owner,
    ...(process === undefined ? {} : { process }),
    ...(profile === undefined ? {} : { profile }),
    ...(mark === undefined ? {} : { mark }),
  };
}

function isIdentity(value: unknown): value is ProcessIdentity {
  if (typeof value !== 'object' || value === null) return false;
  const { pid, startedAt, bootId } = value as Readonly<Record<string, unknown>>;
  const isNumber = typeof pid === 'number' && Number.isSafeInteger(pid) && pid > 1;
  return isNumber && typeof startedAt === 'string' && startedAt !== '' && typeof bootId === 'string';
}
