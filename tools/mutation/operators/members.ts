import type { Operator } from '../place.ts';
import { childOf, nameOf } from '../syntax.ts';

const MATH: Readonly<Record<string, string>> = {
  min: 'max',
  max: 'min',
  floor: 'ceil',
  ceil: 'floor',
  round: 'floor',
  trunc: 'round',
};
const SWAPPED: Readonly<Record<string, string>> = {
  every: 'some',
  some: 'every',
  startsWith: 'endsWith',
  endsWith: 'startsWith',
  toUpperCase: 'toLowerCase',
  toLowerCase: 'toUpperCase',
  shift: 'pop',
  pop: 'shift',
  push: 'unshift',
  unshift: 'push',
  find: 'findLast',
  findLast: 'find',
  findIndex: 'findLastIndex',
  findLastIndex: 'findIndex',
  indexOf: 'lastIndexOf',
  lastIndexOf: 'indexOf',
};
const LEFT_OUT = new Set(['slice', 'filter', 'trim', 'sort', 'toSorted', 'reverse', 'toReversed']);

/** A method becomes its opposite (`Math.min`, `every`, `shift`, …) or is left out (`slice`, `filter`, `trim`, …). */
export const method: Operator = ({ node, source }) => {
  const callee = childOf(node, 'callee');
  const property = callee && childOf(callee, 'property');
  if (node.type !== 'CallExpression' || callee === undefined || property === undefined) return [];
  if (callee['computed'] === true) return [];
  const name = nameOf(property);
  const isMath = nameOf(childOf(callee, 'object')) === 'Math';
  const other = (isMath ? MATH : SWAPPED)[name];
  if (other !== undefined) return [{ start: property.start, end: property.end, text: other }];
  if (!LEFT_OUT.has(name)) return [];
  const dot = source.lastIndexOf('.', property.start);
  return [{ start: source[dot - 1] === '?' ? dot - 1 : dot, end: node.end, text: '' }];
};

/** `a?.b` becomes `a.b`. */
export const optional: Operator = ({ node, source }) => {
  if (node['optional'] !== true) return [];
  const before = childOf(node, 'object') ?? childOf(node, 'callee');
  if (before === undefined || (node.type !== 'MemberExpression' && node.type !== 'CallExpression')) return [];
  const start = source.indexOf('?.', before.end);
  const isPlain = node.type === 'MemberExpression' && node['computed'] !== true;
  return [{ start, end: start + 2, text: isPlain ? '.' : '' }];
};
