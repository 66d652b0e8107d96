/**
 * Number literals that a float may write differently than they stand: zeros at the end of a fraction, exponents, many
 * digits. Text may look the same; that costs time, no more.
 */
const DELICATE = /[:[,]\s*-?(?:\d+\.\d*0[\s,}\]]|\d+(?:\.\d+)?[eE]|\d{16}|\d+\.\d{12}|0[\s,}\]])/;

type Reviver = (key: string, value: unknown, context: { readonly source?: string }) => unknown;

const keepText: Reviver = (_key, value, { source }) =>
  typeof value === 'number' && source !== undefined && String(value) !== source ? source : value;

/**
 * Reads a JSON text so that `String(value)` of every number is what was written: one that a float would write
 * differently, such as `1501.00440`, stays text.
 * @throws SyntaxError
 */
export function parseJson(text: string): unknown {
  const value = JSON.parse(text) as unknown;
  // Most lines hold no number: looking at their values is faster than looking through their text.
  if (!holdsNumber(value) || !DELICATE.test(text)) return value;
  return (JSON.parse as (text: string, reviver: Reviver) => unknown)(text, keepText);
}

function holdsNumber(value: unknown): boolean {
  if (typeof value === 'number') return true;
  if (typeof value !== 'object' || value === null) return false;
  if (Array.isArray(value)) return value.some(holdsNumber);
  for (const key in value) if (holdsNumber((value as Record<string, unknown>)[key])) return true;
  return false;
}
