import { bare, nameOf } from './ast.ts';
import type { Node } from './ast.ts';

/** The names of an expression such as `a.b().c`, and where it begins. */
export interface Chain {
  /** From the first, which may be `this`; without what is computed. */
  readonly names: readonly string[];
  /** The variable that it begins with. */
  readonly root: Node | undefined;
}

/** What a call names. */
export interface Called {
  readonly method: string;
  /** What the method is called on; undefined for a function that stands alone. */
  readonly on: Chain | undefined;
}

/** Reads `a.b().c()` as the method `c` on `a.b()`, and `f()` as the function `f`. */
export function calledBy(call: Node): Called | undefined {
  const callee = bare(call.callee);
  if (callee?.type === 'Identifier') return { method: nameOf(callee) ?? '', on: undefined };
  // A decorator that was given options, or any other function that makes functions.
  if (callee?.type === 'CallExpression') return calledBy(callee);
  if (callee?.type !== 'MemberExpression' || callee.computed === true) return undefined;
  const method = nameOf(callee.property);
  return method === undefined ? undefined : { method, on: chainOf(callee.object) };
}

/** Whether a call is one of a function of the same file or class: `f()`, `this.f()`. */
export function isOwnCall({ on }: Called): boolean {
  return on === undefined || (on.names.length === 1 && on.names[0] === 'this');
}

/** Reads an expression from its end to its beginning. */
export function chainOf(expression: Node | null | undefined): Chain {
  const names: string[] = [];
  for (let node = bare(expression); node !== undefined;) {
    if (node.type === 'Identifier') return { names: [nameOf(node) ?? '', ...names], root: node };
    if (node.type === 'ThisExpression') return { names: ['this', ...names], root: undefined };
    if (node.type === 'MemberExpression') {
      const name = node.computed === true ? undefined : nameOf(node.property);
      if (name !== undefined) names.unshift(name);
      node = bare(node.object);
    } else {
      node = bare(node.callee);
    }
  }
  return { names, root: undefined };
}
