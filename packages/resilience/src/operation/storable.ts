import type { JsonValue } from '../state/state-store.ts';
import { OperationMisuseError } from './operation-error.ts';

/** Deeper values overflow the stack of those who write and read them. */
const DEEPEST = 500;

/**
 * A copy of a result as it will be read again; `undefined` stays what it is.
 * @param what what returned it, for the error: `Step "count"`.
 * @throws OperationMisuseError `ERR_OPERATION_VALUE` when JSON cannot say it.
 */
export function storable(value: unknown, what: string): JsonValue | undefined {
  if (value === undefined) return undefined;
  const problem = problemOf(value, '', new Set());
  if (problem !== undefined) {
    throw new OperationMisuseError(
      'ERR_OPERATION_VALUE',
      `${what} returned what cannot be stored: ${problem}.`,
    );
  }
  return copyOf(value as JsonValue);
}

/** A copy of JSON, so that nobody changes what another one reads. */
export function copyOf<T extends JsonValue | undefined>(value: T): T {
  return value === undefined ? value : (JSON.parse(JSON.stringify(value)) as T);
}

function problemOf(value: unknown, place: string, around: ReadonlySet<unknown>): string | undefined {
  const where = place === '' ? 'it' : place;
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return undefined;
  if (typeof value === 'number') return Number.isFinite(value) ? undefined : `${where} is ${String(value)}`;
  if (typeof value !== 'object')
    return `${where} is ${value === undefined ? 'undefined' : `a ${typeof value}`}`;
  if (around.has(value)) return `${where} contains itself`;
  if (around.size === DEEPEST) return `${where} is nested more than ${DEEPEST} deep`;
  const inside = new Set(around).add(value);
  if (Array.isArray(value)) {
    return firstProblem([...(value as unknown[]).entries()], (index) => `${place}[${index}]`, inside);
  }
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== null && Object.getPrototypeOf(prototype) !== null) {
    const maker: unknown = (value as { readonly constructor?: unknown }).constructor;
    return `${where} is a ${typeof maker === 'function' ? maker.name : 'class instance'}`;
  }
  return firstProblem(Object.entries(value), (key) => (place === '' ? key : `${place}.${key}`), inside);
}

function firstProblem<K>(
  entries: readonly (readonly [K, unknown])[],
  placeOf: (key: K) => string,
  around: ReadonlySet<unknown>,
): string | undefined {
  for (const [key, value] of entries) {
    const problem = problemOf(value, placeOf(key), around);
    if (problem !== undefined) return problem;
  }
  return undefined;
}
