import { readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { parseAst } from 'vitest/node';

/** One exported declaration, as its types were emitted. */
export interface Declared {
  readonly name: string;
  readonly kind: 'function' | 'class' | 'value' | 'type';
  /** What its docstring says, without stars. */
  readonly doc: string;
  /** The declaration itself, with the docstrings of its members. */
  readonly code: string;
}

interface Node {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly [key: string]: unknown;
}

/** Everything that a module exports, read from its emitted types; re-exports are followed to where the thing is declared. */
export function exportsOf(path: string): readonly Declared[] {
  const text = readFileSync(path, 'utf8');
  const { body } = parseAst(text, { lang: 'ts' }) as unknown as { body: readonly Node[] };
  return body.flatMap((node) => {
    if (node.type === 'ExportAllDeclaration') return exportsOf(sourceOf(node, path));
    if (node.type !== 'ExportNamedDeclaration') return [];
    const inner = node['declaration'] as Node | null;
    if (inner !== null) return declared(node, inner, text);
    const from = node['source'] === null ? path : sourceOf(node, path);
    const specifiers = node['specifiers'] as readonly {
      local: { name: string };
      exported: { name: string };
    }[];
    return specifiers.flatMap(({ local, exported }) => namedIn(from, local.name, exported.name));
  });
}

function namedIn(path: string, name: string, as: string): readonly Declared[] {
  const found = exportsOf(path).filter((each) => each.name === name);
  if (found.length === 0) throw new Error(`${path} does not export ${name}`);
  return found.map((each) => ({ ...each, name: as }));
}

function sourceOf(node: Node, path: string): string {
  const { value } = node['source'] as { value: string };
  return posix.join(posix.dirname(path), value.replace(/\.ts$/, '.d.ts'));
}

function declared(node: Node, inner: Node, text: string): readonly Declared[] {
  const names =
    inner.type === 'VariableDeclaration'
      ? (inner['declarations'] as readonly { id: { name: string } }[]).map(({ id }) => id.name)
      : [(inner['id'] as { name: string }).name];
  const code = text.slice(node.start, node.end).replace(/^export (declare )?/, '');
  const doc = docBefore(text, node.start);
  return names.map((name) => ({ name, kind: kindOf(inner.type), doc, code }));
}

function kindOf(type: string): Declared['kind'] {
  if (type.includes('Function')) return 'function';
  if (type.includes('Class')) return 'class';
  return type === 'VariableDeclaration' ? 'value' : 'type';
}

/** The docstring that ends right before a place. */
function docBefore(text: string, start: number): string {
  const before = text.slice(0, start).trimEnd();
  if (!before.endsWith('*/')) return '';
  return before
    .slice(before.lastIndexOf('/**') + 3, -2)
    .split('\n')
    .map((line) => line.replace(/^\s*\*? ?/, '').trimEnd())
    .join('\n')
    .trim();
}
