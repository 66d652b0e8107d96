import { replaced, textOf } from '../place.ts';
import type { Change, Operator, Place } from '../place.ts';
import { childOf } from '../syntax.ts';
import type { Node } from '../syntax.ts';

const ARITHMETIC: Readonly<Record<string, readonly string[]>> = {
  '+': ['-'],
  '-': ['+'],
  '*': ['/'],
  '/': ['*'],
  '%': ['*'],
  '**': ['*'],
  '&': ['|'],
  '|': ['&'],
  '^': ['&'],
  '<<': ['>>'],
  '>>': ['<<'],
  '>>>': ['<<'],
};
const BOUNDARY: Readonly<Record<string, readonly string[]>> = {
  '<': ['<=', '>='],
  '<=': ['<', '>'],
  '>': ['>=', '<='],
  '>=': ['>', '<'],
};
const EQUALITY: Readonly<Record<string, readonly string[]>> = {
  '===': ['!=='],
  '!==': ['==='],
  '==': ['!='],
  '!=': ['=='],
};
const LOGICAL: Readonly<Record<string, readonly string[]>> = { '&&': ['||'], '||': ['&&'], '??': ['&&'] };
const ASSIGNMENT: Readonly<Record<string, string>> = {
  '+=': '-=',
  '-=': '+=',
  '*=': '/=',
  '/=': '*=',
  '%=': '*=',
  '**=': '*=',
  '&=': '|=',
  '|=': '&=',
  '^=': '&=',
  '<<=': '>>=',
  '>>=': '<<=',
  '>>>=': '<<=',
  '&&=': '||=',
  '||=': '&&=',
  '??=': '&&=',
};

/** `+` and `-`, `*` and `/`, …; not the joining of texts. */
export const arithmetic: Operator = (place) =>
  [childOf(place.node, 'left'), childOf(place.node, 'right')].some(isText)
    ? []
    : swapped(place, 'BinaryExpression', ARITHMETIC);

/** `<` is tried as `<=` and as `>=`. */
export const boundary: Operator = (place) => swapped(place, 'BinaryExpression', BOUNDARY);

/** `===` and `!==`. */
export const equality: Operator = (place) => swapped(place, 'BinaryExpression', EQUALITY);

/** `&&` and `||`; `??` becomes `&&`. */
export const logical: Operator = (place) => swapped(place, 'LogicalExpression', LOGICAL);

/** `+=` and `-=`, …; `??=` becomes `&&=`. */
export const assignment: Operator = ({ node, source }) => {
  const [left, right] = [childOf(node, 'left'), childOf(node, 'right')];
  const operator = String(node['operator']);
  const text = ASSIGNMENT[operator];
  if (node.type !== 'AssignmentExpression' || text === undefined) return [];
  if (left === undefined || right === undefined) return [];
  const start = source.indexOf(operator, left.end);
  const shown = `${source.slice(left.start, start)}${text}${source.slice(start + operator.length, node.end)}`;
  return [replaced(node, shown)];
};

/** `++` and `--`. */
export const update: Operator = (place) => {
  const { node } = place;
  const argument = childOf(node, 'argument');
  if (node.type !== 'UpdateExpression' || argument === undefined) return [];
  const other = node['operator'] === '++' ? '--' : '++';
  const name = textOf(place, argument);
  return [replaced(node, node['prefix'] === true ? other + name : name + other)];
};

/** `!x` and `-x` become `x`. */
export const unary: Operator = (place) => {
  const { node } = place;
  const argument = childOf(node, 'argument');
  if (node.type !== 'UnaryExpression' || argument === undefined) return [];
  return node['operator'] === '!' || node['operator'] === '-'
    ? [replaced(node, textOf(place, argument))]
    : [];
};

/** A number becomes one more, and 0. */
export const number: Operator = ({ node }) => {
  const value = node['value'];
  if (node.type !== 'Literal' || typeof value !== 'number') return [];
  return [...new Set([value + 1, 0])]
    .filter((other) => other !== value)
    .map((other) => replaced(node, String(other)));
};

function swapped(
  place: Place,
  type: string,
  others: Readonly<Record<string, readonly string[]>>,
): readonly Change[] {
  const { node } = place;
  const [left, right] = [childOf(node, 'left'), childOf(node, 'right')];
  if (node.type !== type || left === undefined || right === undefined) return [];
  const [a, b] = [textOf(place, left), textOf(place, right)];
  return (others[String(node['operator'])] ?? []).map((operator) => ({
    // The parentheses of an operand are not part of its node.
    ...replaced(node, `(${a}) ${operator} (${b})`),
    shown: `${a} ${operator} ${b}`,
  }));
}

function isText(node: Node | undefined): boolean {
  if (node === undefined) return false;
  if (node.type === 'BinaryExpression' && node['operator'] === '+') {
    return isText(childOf(node, 'left')) || isText(childOf(node, 'right'));
  }
  return node.type === 'TemplateLiteral' || typeof node['value'] === 'string';
}
