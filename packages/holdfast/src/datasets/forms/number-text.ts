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
  if (!DELICATE.test(text)) return JSON.parse(text);
  return (JSON.parse as (text: string, reviver: Reviver) => unknown)(text, keepText);
}
