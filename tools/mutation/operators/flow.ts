import { replaced } from '../place.ts';
import type { Change, Operator } from '../place.ts';
import { childOf, listOf, nameOf } from '../syntax.ts';
import type { Node } from '../syntax.ts';

const FUNCTIONS = new Set(['FunctionDeclaration', 'FunctionExpression', 'ArrowFunctionExpression']);
const LOOPS = new Set(['WhileStatement', 'DoWhileStatement', 'ForStatement']);

/** A condition is always met, and never; that of a loop only never. */
export const condition: Operator = ({ node }) => {
  const test = childOf(node, 'test');
  if (test === undefined) return [];
  if (node.type === 'IfStatement' || node.type === 'ConditionalExpression') {
    return [replaced(test, 'true'), replaced(test, 'false')];
  }
  return LOOPS.has(node.type) ? [replaced(test, 'false')] : [];
};

/**
 * The block of a function does nothing. Left out where another operator does the same (a single `return`), and for
 * the constructor of a subclass, which has to call `super`.
 */
export const block: Operator = ({ node, around }) => {
  const [owner, member, body, holder] = around;
  const statements = listOf(node, 'body');
  if (node.type !== 'BlockStatement' || owner === undefined || !FUNCTIONS.has(owner.type)) return [];
  if (statements.length === 0 || isOnlyReturn(statements)) return [];
  const ofSubclass = body?.type === 'ClassBody' && holder !== undefined && childOf(holder, 'superClass');
  if (member?.['kind'] === 'constructor' && ofSubclass) return [];
  return [{ ...replaced(node, '{}'), form: 'empties' }];
};

/** A statement (call, assignment, …) is left out. */
export const statement: Operator = ({ node, around }) => {
  const expression = childOf(node, 'expression');
  if (node.type !== 'ExpressionStatement' || expression === undefined) return [];
  if (typeof node['directive'] === 'string' || nameOf(childOf(expression, 'callee')) === 'super') return [];
  const [parent, owner] = around;
  const isWholeBlock = parent !== undefined && listOf(parent, 'body').length === 1;
  if (parent?.type === 'BlockStatement' && isWholeBlock && owner !== undefined && FUNCTIONS.has(owner.type)) {
    return [];
  }
  return [{ ...replaced(expression, 'undefined'), shown: '' }];
};

/** What a function returns becomes `undefined`. */
export const returned: Operator = ({ node }) => {
  const argument = childOf(node, 'argument');
  return node.type === 'ReturnStatement' ? toUndefined(argument) : [];
};

/** The value of an arrow function without a block becomes `undefined`. */
export const arrow: Operator = ({ node }) => {
  const body = childOf(node, 'body');
  const isBlock = body?.type === 'BlockStatement';
  return node.type === 'ArrowFunctionExpression' && !isBlock ? toUndefined(body) : [];
};

function toUndefined(node: Node | undefined): readonly Change[] {
  return node === undefined || nameOf(node) === 'undefined' ? [] : [replaced(node, 'undefined')];
}

function isOnlyReturn(statements: readonly Node[]): boolean {
  const [first] = statements;
  return statements.length === 1 && first?.type === 'ReturnStatement';
}
