import { parseAst } from 'vitest/node';

/** A node of the syntax tree (ESTree with TypeScript); offsets count UTF-16 units of the source. */
export interface Node {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly [key: string]: unknown;
}

/** Wrappers that vanish when types are stripped; what they wrap runs. */
const WRAPPERS = new Set([
  'TSAsExpression',
  'TSSatisfiesExpression',
  'TSNonNullExpression',
  'TSTypeAssertion',
  'TSInstantiationExpression',
]);
const TYPE_KEYS = new Set([
  'typeAnnotation',
  'returnType',
  'typeParameters',
  'typeArguments',
  'superTypeArguments',
  'implements',
  'decorators',
]);
const WITHOUT_CODE = new Set(['ImportDeclaration', 'ExportAllDeclaration', 'ImportExpression']);

/** The syntax tree of a TypeScript module. */
export function parse(source: string): Node {
  return parseAst(source, { lang: 'ts' }) as unknown as Node;
}

/** Whether a value of the tree is a node, not a list, a name or null. */
export function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && typeof (value as Node).type === 'string';
}

/** The child under that key, when there is one. */
export function childOf(node: Node, key: string): Node | undefined {
  const child = node[key];
  return isNode(child) ? child : undefined;
}

/** The children under that key. */
export function listOf(node: Node, key: string): readonly Node[] {
  const list = node[key];
  return Array.isArray(list) ? list.filter(isNode) : [];
}

/** The children that run, in the order of the source: no types, no specifiers of imports, no plain names of members. */
export function running(node: Node): readonly (readonly [key: string, child: Node])[] {
  if (WITHOUT_CODE.has(node.type)) return [];
  const found: [string, Node][] = [];
  for (const key of Object.keys(node)) {
    if (!mayRun(node, key)) continue;
    const value = node[key];
    for (const child of Array.isArray(value) ? value : [value]) {
      if (isNode(child) && runs(child)) found.push([key, child]);
    }
  }
  return found.toSorted(([, a], [, b]) => a.start - b.start);
}

function mayRun(node: Node, key: string): boolean {
  if (TYPE_KEYS.has(key)) return false;
  if ((key === 'key' || key === 'property') && node['computed'] !== true) return false;
  return node.type !== 'ExportNamedDeclaration' || key === 'declaration';
}

function runs(node: Node): boolean {
  return (!node.type.startsWith('TS') || WRAPPERS.has(node.type)) && node['declare'] !== true;
}

/** The name that an identifier or a plain member ends with: `Error` of `new Error()`, `min` of `Math.min()`. */
export function nameOf(node: Node | undefined): string {
  if (node === undefined) return '';
  if (node.type === 'Identifier' || node.type === 'PrivateIdentifier') return String(node['name']);
  if (node.type === 'Super') return 'super';
  if (node.type === 'MemberExpression' && node['computed'] !== true) return nameOf(childOf(node, 'property'));
  return '';
}
