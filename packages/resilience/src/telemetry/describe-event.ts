import { eventToJson } from './event-json.ts';
import type { PlainValue } from './event-json.ts';
import { visible } from './plain-text.ts';
import type { ResilienceEvent } from './resilience-event.ts';

/** Which field names who speaks, the first that an event has. */
const WHO = ['policy', 'breaker', 'limit', 'supervisor', 'session', 'operation', 'function'];

/**
 * An event as one line for a log, such as `policy arxiv: failure run=7 attempt=2 category=network`. Control characters
 * and marks of direction in it are escaped, so that no upstream writes a line of its own.
 */
export function describeEvent(entry: ResilienceEvent): string {
  const { layer, type, ...rest } = eventToJson(entry);
  const who = WHO.find((key) => key in rest);
  const name = who === undefined ? '' : ` ${textOf(rest[who] ?? '')}`;
  const told = Object.entries(rest)
    .filter(([key]) => key !== who)
    .flatMap(([key, value]) => pairs(key, value));
  return [`${layer}${name}:`, type, ...told].join(' ');
}

function pairs(key: string, value: PlainValue): string[] {
  if (typeof value !== 'object' || value === null) return [`${key}=${textOf(value)}`];
  if (Array.isArray(value)) return [`${key}=${value.map((member: PlainValue) => textOf(member)).join(',')}`];
  return Object.entries(value).flatMap(([field, told]) => pairs(`${key}.${field}`, told));
}

/** As it is when it is a word, else in quotes. */
function textOf(value: PlainValue): string {
  const text = typeof value === 'object' ? JSON.stringify(value) : String(value);
  return /^[\p{L}\p{N}_.:/@+-]+$/u.test(text) ? text : visible(JSON.stringify(text));
}
