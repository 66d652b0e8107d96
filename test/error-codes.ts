import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAst } from 'vitest/node';
import { root } from '../tools/lint/resolve-import.ts';
import { trackedFiles } from './tracked-files.ts';

/** A code that the library's own errors carry, and the hints beside it in the sources, `…` for what is filled in. */
export interface ErrorCode {
  readonly code: string;
  readonly hints: readonly string[];
}

interface Node {
  readonly type: string;
  readonly [key: string]: unknown;
}

const CODE = /^ERR_[A-Z0-9_]+$/;

/** What Node calls its own errors, where a source names one. */
const OF_NODE = ['ERR_TLS_CERT_ALTNAME_INVALID'];

/**
 * The codes of all errors that the sources of the library make: every one that they name, but for the tables of
 * classification, which name those of Node and of drivers.
 */
export function errorCodes(): readonly ErrorCode[] {
  const found = new Map<string, Set<string>>();
  const hintsFor = (code: string): Set<string> => {
    const hints = found.get(code) ?? new Set();
    found.set(code, hints);
    return hints;
  };
  const files = trackedFiles('packages/resilience/src/*.ts').filter((path) => !isOther(path));
  for (const path of files) {
    const text = readFileSync(join(root, path), 'utf8');
    if (!text.includes('ERR_')) continue;
    walk(parseAst(text, { lang: 'ts' }) as unknown as Node, (node) => {
      for (const code of codesOf(node)) hintsFor(code);
      for (const [code, hint] of hintsOf(node)) hintsFor(code).add(hint);
    });
  }
  return [...found]
    .filter(([code]) => !OF_NODE.includes(code))
    .map(([code, hints]) => ({ code, hints: [...hints] }))
    .toSorted(byCode);
}

/** Tests, their helpers (the entry point `testing` is none), and tables of others' codes. */
function isOther(path: string): boolean {
  const isHelper = path.includes('/testing/') && !path.startsWith('packages/resilience/src/testing/');
  return isHelper || /\.test\.ts$|\.d\.ts$|\/conformance\.ts$|rules\.ts$/.test(path);
}

function codesOf(node: Node): string[] {
  return node.type === 'Literal' && CODE.test(String(node['value'])) ? [String(node['value'])] : [];
}

/** Codes with a hint: `{ code, hint }`, `new AnError(…, code, …, { hint })`, `const HINTS = { code: hint }`. */
function hintsOf(node: Node): (readonly [code: string, hint: string])[] {
  const pairs = (codes: readonly string[], hint: Node | undefined): (readonly [string, string])[] =>
    codes.flatMap((code) => literalsOf(hint).map((text) => [code, text] as const));
  if (node.type === 'ObjectExpression') {
    const codes = literalsOf(valueOf(node, 'code')).filter((code) => CODE.test(code));
    return pairs(codes, valueOf(node, 'hint'));
  }
  if (node.type === 'NewExpression') {
    const given = node['arguments'] as readonly Node[];
    const more = given.find(({ type }) => type === 'ObjectExpression');
    return more === undefined ? [] : pairs(given.flatMap(codesOf), valueOf(more, 'hint'));
  }
  if (node.type !== 'VariableDeclarator' || (node['id'] as { name?: string }).name !== 'HINTS') return [];
  const properties = (node['init'] as { properties?: readonly Node[] }).properties ?? [];
  return properties.flatMap((property) =>
    pairs([(property['key'] as { name: string }).name], property['value'] as Node),
  );
}

function byCode(a: ErrorCode, b: ErrorCode): number {
  return a.code < b.code ? -1 : 1;
}

function valueOf(node: Node, name: string): Node | undefined {
  const properties = node['properties'] as readonly Node[];
  const property = properties.find((each) => (each['key'] as { name?: string } | undefined)?.name === name);
  return property?.['value'] as Node | undefined;
}

/** The texts that an expression may give. */
function literalsOf(node: Node | undefined): string[] {
  if (node?.type === 'Literal') return [String(node['value'])];
  if (node?.type === 'ConditionalExpression')
    return [node['consequent'] as Node, node['alternate'] as Node].flatMap(literalsOf);
  if (node?.type === 'LogicalExpression') return literalsOf(node['right'] as Node);
  if (node?.type !== 'TemplateLiteral') return [];
  const quasis = node['quasis'] as readonly { readonly value: { readonly cooked: string } }[];
  return [quasis.map(({ value }) => value.cooked).join('…')];
}

function walk(node: Node, visit: (node: Node) => void): void {
  visit(node);
  for (const value of Object.values(node)) {
    for (const child of Array.isArray(value) ? (value as unknown[]) : [value]) {
      if (typeof child === 'object' && child !== null && 'type' in child) walk(child as Node, visit);
    }
  }
}
