import { isForPeople } from '../people-text.ts';
import { replaced } from '../place.ts';
import type { Operator } from '../place.ts';
import { childOf, listOf } from '../syntax.ts';

/** `true` and `false`. */
export const boolean: Operator = ({ node }) =>
  node.type === 'Literal' && typeof node['value'] === 'boolean'
    ? [replaced(node, String(!node['value']))]
    : [];

/** A text becomes empty, an empty one does not stay so; sentences for people stay as they are. */
export const text: Operator = (place) => {
  const { node, around } = place;
  if (node.type === 'Literal' && typeof node['value'] === 'string') {
    if (isForPeople(place) || typeof around[0]?.['directive'] === 'string') return [];
    return [replaced(node, node['value'] === '' ? "'mutated'" : "''")];
  }
  if (node.type !== 'TemplateLiteral' || around[0]?.type === 'TaggedTemplateExpression') return [];
  return node.end - node.start === 2 || isForPeople(place) ? [] : [replaced(node, "''")];
};

/** A list becomes empty. */
export const array: Operator = ({ node }) =>
  node.type === 'ArrayExpression' && listOf(node, 'elements').length > 0 ? [replaced(node, '[]')] : [];

/** An object loses its properties. */
export const object: Operator = ({ node }) =>
  node.type === 'ObjectExpression' && listOf(node, 'properties').length > 0 ? [replaced(node, '{}')] : [];

/** What is spread is left out. */
export const spread: Operator = ({ node, around }) => {
  const argument = childOf(node, 'argument');
  if (node.type !== 'SpreadElement' || argument === undefined) return [];
  return [replaced(argument, around[0]?.type === 'ObjectExpression' ? '{}' : '[]')];
};

/** A default value, of a parameter or in a pattern, becomes `undefined`. */
export const byDefault: Operator = ({ node }) => {
  const right = childOf(node, 'right');
  return node.type === 'AssignmentPattern' && right !== undefined ? [replaced(right, 'undefined')] : [];
};
