import type { Place } from './place.ts';
import { childOf, listOf, nameOf } from './syntax.ts';
import type { Node } from './syntax.ts';

const TEXT_PARTS = new Set([
  'TemplateLiteral',
  'BinaryExpression',
  'ConditionalExpression',
  'LogicalExpression',
  'ArrayExpression',
]);
const TEXT_FIELDS = new Set(['hint', 'message', 'description']);

/**
 * Whether a string or template is a sentence for people, which no test has to repeat: text of several words that is
 * an argument of an error (`new …Error`, `super` of one, a function `…Error`), of `emitWarning`, or a field `hint`,
 * `message` or `description`; also what is put into such a text, and the description of a `Symbol`. Codes, names of
 * fields and all other single words are no sentences.
 */
export function isForPeople({ node, around }: Place): boolean {
  let isSentence = hasWords(node);
  let inner = node;
  for (const outer of around) {
    if (TEXT_PARTS.has(outer.type) && childOf(outer, 'test') !== inner) {
      isSentence ||= hasWords(outer);
      inner = outer;
      continue;
    }
    return takesText(outer, inner, isSentence);
  }
  return false;
}

function takesText(outer: Node, inner: Node, isSentence: boolean): boolean {
  if (outer.type === 'Property') return isSentence && TEXT_FIELDS.has(nameOf(childOf(outer, 'key')));
  if (outer.type !== 'NewExpression' && outer.type !== 'CallExpression') return false;
  if (!listOf(outer, 'arguments').includes(inner)) return false;
  const name = nameOf(childOf(outer, 'callee'));
  if (name === 'Symbol') return true;
  return isSentence && (name.endsWith('Error') || name === 'emitWarning' || name === 'super');
}

function hasWords(node: Node | undefined): boolean {
  if (node === undefined) return false;
  if (node.type === 'Literal') return typeof node['value'] === 'string' && /\S\s+\S/.test(node['value']);
  if (node.type === 'BinaryExpression' && node['operator'] === '+') {
    return ['left', 'right'].some((side) => hasWords(childOf(node, side)));
  }
  if (node.type !== 'TemplateLiteral') return false;
  const parts = listOf(node, 'quasis').map((part) => String((part['value'] as { raw: string }).raw));
  return /[A-Za-z]{2,}.*\s|\s.*[A-Za-z]{2,}/s.test(parts.join('…'));
}
