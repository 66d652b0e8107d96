import type { ChildMessage } from '../model/engine-message.ts';

type Fields = Readonly<Record<string, unknown>>;

/**
 * A message of a child as far as its supervisor has to rely on it; null when it is none. After an update the child is
 * of another version than its supervisor, and nothing that it says may end the one who has to restart it.
 */
export function readChildMessage(value: unknown): ChildMessage | null {
  return isObject(value) && isUnderstood(value) ? (value as unknown as ChildMessage) : null;
}

function isUnderstood({ type, event, progress, source, page, code }: Fields): boolean {
  switch (type) {
    case 'event':
      return isObject(event) && isEvent(event);
    case 'heartbeat':
      return typeof progress === 'number';
    case 'in-hand':
      return typeof source === 'string' && (page === null || isObject(page));
    case 'exit':
      return typeof code === 'number';
    default:
      return false;
  }
}

/** What is waited for decides whether a wait is logged. */
function isEvent({ kind, at, wait }: Fields): boolean {
  return typeof kind === 'string' && typeof at === 'number' && (kind !== 'wait' || isObject(wait));
}

function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null;
}
