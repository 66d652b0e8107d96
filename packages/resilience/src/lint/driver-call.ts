import { bare, isFunction, nameOf } from './ast.ts';
import type { Node } from './ast.ts';
import { chainOf } from './called.ts';
import type { Called, Chain } from './called.ts';
import type { Settings } from './settings.ts';

/** How far a variable is followed to what it was made of. */
const DEEPEST = 5;

/** Whether a call goes to a driver: by the names in it, or by those of what its variable was made of. */
export function isDriverCall({ method, on }: Called, settings: Settings): boolean {
  if (on === undefined) return settings.isDriver(method, '()');
  let chain: Chain | undefined = on;
  for (let depth = 0; depth < DEEPEST && chain !== undefined; depth += 1) {
    if (chain.names.some((name) => settings.isDriver(name, method))) return true;
    const root: Node | undefined = chain.root;
    const origin: Node | undefined = root === undefined ? undefined : originOf(nameOf(root) ?? '', root);
    chain = origin === undefined ? undefined : chainOf(origin);
  }
  return false;
}

/** What a variable was made of: its initialiser, what a loop walks, or what a callback is called for. */
function originOf(name: string, from: Node): Node | undefined {
  for (let node: Node | null | undefined = from; node; node = node.parent) {
    if (isFunction(node) && node.params?.some((param) => binds(param, name)) === true) {
      return walkedBy(node);
    }
    for (const declarator of declaratorsOf(node)) {
      if (!binds(declarator.id, name)) continue;
      const isLoop = node.type === 'ForOfStatement';
      return (isLoop ? node.right : declarator.init) ?? undefined;
    }
  }
  return undefined;
}

/** `rows` of `rows.map((row) => …)`. */
function walkedBy(callback: Node): Node | undefined {
  const call = callback.parent;
  const callee = call?.type === 'CallExpression' ? bare(call.callee) : undefined;
  return callee?.type === 'MemberExpression' ? callee.object : undefined;
}

/** The variables that a block, or the head of a loop, declares. */
function declaratorsOf(node: Node): readonly Node[] {
  if (node.type === 'ForOfStatement') return node.left?.declarations ?? [];
  if (node.type === 'ForStatement') return node.init?.declarations ?? [];
  const statements = Array.isArray(node.body) ? (node.body as readonly Node[]) : [];
  return statements.flatMap((statement) => (statement.declaration ?? statement).declarations ?? []);
}

/** Whether a pattern gives a value to the name. */
function binds(target: Node | null | undefined, name: string): boolean {
  switch (target?.type) {
    case 'Identifier':
      return target.name === name;
    case 'ArrayPattern':
      return target.elements?.some((element) => binds(element, name)) ?? false;
    case 'ObjectPattern':
      return target.properties?.some((property) => binds(property.value as Node | undefined, name)) ?? false;
    case 'AssignmentPattern':
      return binds(target.left, name);
    default:
      return false;
  }
}
