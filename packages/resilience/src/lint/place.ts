import { bare, isFunction, nameOf } from './ast.ts';
import type { Node } from './ast.ts';
import { calledBy } from './called.ts';
import type { Settings } from './settings.ts';

/** Where a call stands. */
export interface Place {
  /** Whether it is in a callback that something protects. */
  readonly isProtected: boolean;
  /** The outermost loop that repeats it, within its function and the callbacks written there. */
  readonly loop: Node | undefined;
  /** The nearest function, or the program. */
  readonly nearest: Node;
  /** The nearest function that is not merely a callback, or the program. */
  readonly owner: Node;
}

const LOOPS = ['ForStatement', 'ForOfStatement', 'ForInStatement', 'WhileStatement', 'DoWhileStatement'];
const WALKING = [
  'map',
  'forEach',
  'flatMap',
  'filter',
  'reduce',
  'some',
  'every',
  'find',
  'from',
  'fromAsync',
];

/** Looks outward from a call. */
export function placeOf(call: Node, settings: Settings): Place {
  let loop: Node | undefined;
  let nearest: Node | undefined;
  let owner: Node | undefined;
  let isProtected = false;
  let child = call;
  for (let node = call.parent; node; child = node, node = node.parent) {
    if (owner === undefined && isRepeatedBy(node, child)) loop = node;
    if (nearest !== undefined && isArgument(child, node) && isWrapperCall(node, settings)) isProtected = true;
    if (isFunction(node)) {
      nearest ??= node;
      if (owner === undefined && isInline(node)) {
        if (isWalked(node)) loop = node.parent ?? loop;
      } else {
        owner ??= node;
      }
    }
  }
  return { isProtected, loop, nearest: nearest ?? child, owner: owner ?? child };
}

/** Whether a call protects the callbacks that it is given. */
export function isWrapperCall(call: Node, settings: Settings): boolean {
  const called = calledBy(call);
  if (called === undefined) return false;
  const { method, on } = called;
  return settings.isWrapper(on === undefined ? undefined : (on.names.at(-1) ?? ''), method);
}

/** Whether a method carries a decorator that protects it. */
export function isDecorated(method: Node | null | undefined, settings: Settings): boolean {
  return (
    method?.decorators?.some(({ expression }) => {
      if (typeof expression !== 'object') return false;
      const name = nameOf(expression);
      if (name !== undefined) return settings.isWrapper(undefined, name);
      return expression.type === 'CallExpression' && isWrapperCall(expression, settings);
    }) ?? false
  );
}

/** What a loop walks, and what it begins with, runs once. */
function isRepeatedBy(node: Node, child: Node): boolean {
  return LOOPS.includes(node.type) && child !== node.right && child !== node.init && child !== node.left;
}

function isArgument(child: Node, node: Node): boolean {
  return node.type === 'CallExpression' && (node.arguments?.includes(child) ?? false);
}

/** A function that is written where it is used: an argument, or called at once. */
function isInline(fn: Node): boolean {
  const { parent } = fn;
  return parent?.type === 'CallExpression' || parent?.type === 'NewExpression';
}

function isWalked(fn: Node): boolean {
  const { parent } = fn;
  if (parent?.type !== 'CallExpression' || parent.callee === fn) return false;
  const callee = bare(parent.callee);
  return callee?.type === 'MemberExpression' && WALKING.includes(nameOf(callee.property) ?? '');
}
