import { plainText } from './plain-text.ts';
import type { ResilienceEvent } from './resilience-event.ts';

/** A value that JSON has. */
export type PlainValue =
  string | number | boolean | null | readonly PlainValue[] | { readonly [key: string]: PlainValue };

/** An event as a line of a structured log has it. */
export interface PlainEvent {
  readonly layer: string;
  readonly type: string;
  readonly [key: string]: PlainValue;
}

/** So many members of a list are told. */
const LIST_LIMIT = 32;

/** What is told of the objects in events: these fields and no others, for the rest may hold anything. */
const TOLD: Readonly<Record<string, readonly string[]>> = {
  verdict: ['category', 'scope', 'safeToReplay', 'evidence', 'code', 'retryAfterMs'],
  loss: ['cause', 'exitCode', 'exitSignal', 'generation', 'at', 'ageMs', 'uses', 'rssBytes', 'error'],
  report: ['cause', 'exitCode', 'exitSignal', 'error'],
  // States of a session.
  from: ['kind', 'generation', 'attempt'],
  to: ['kind', 'generation', 'attempt', 'nextTryAt', 'retryAt'],
};

/**
 * An event as plain data for a structured log: names, codes, categories, numbers, and of errors name, code and message.
 * Texts are cut at 200 characters, and what looks like a credential in them is masked; other objects are left out.
 */
export function eventToJson({ layer, event }: ResilienceEvent): PlainEvent {
  const plain: Record<string, PlainValue> = {};
  for (const [key, value] of Object.entries(event)) {
    const told = plainOf(key, value);
    if (told !== undefined) plain[key] = told;
  }
  return { ...plain, layer, type: event.type };
}

function plainOf(key: string, value: unknown): PlainValue | undefined {
  if (key === 'error') return value === undefined ? undefined : errorOf(value);
  if (typeof value === 'string') return plainText(value);
  if (typeof value === 'boolean') return value;
  // JSON knows no Infinity: as text it says what it is.
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value);
  if (Array.isArray(value)) {
    return value.slice(0, LIST_LIMIT).flatMap((member) => plainOf('', member) ?? []);
  }
  return typeof value === 'object' && value !== null ? fieldsOf(value, TOLD[key] ?? []) : undefined;
}

function fieldsOf(object: object, fields: readonly string[]): PlainValue | undefined {
  const told: Record<string, PlainValue> = {};
  for (const field of fields) {
    const value = plainOf(field, (object as Record<string, unknown>)[field]);
    if (value !== undefined) told[field] = value;
  }
  return Object.keys(told).length === 0 ? undefined : told;
}

/** Whatever was thrown. Reading it may throw in turn, and must not cost the line of the log. */
function errorOf(error: unknown): PlainValue {
  try {
    if (typeof error !== 'object' || error === null) return { message: plainText(String(error)) };
    const { name, code, message } = error as Record<'name' | 'code' | 'message', unknown>;
    const told = { name, code, message };
    return fieldsOf(told, ['name', 'code', 'message']) ?? { name: 'object' };
  } catch {
    return { name: 'unreadable' };
  }
}
