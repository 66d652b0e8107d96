import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAst } from 'vitest/node';
import { resolveImport, root } from '../tools/lint/resolve-import.ts';

/** A source file and everything that it imports, re-exports or loads, types too. */
export interface Module {
  /** From the root of the repository, with forward slashes. */
  readonly path: string;
  /** Paths of files of the repository, or names of packages and built-ins. */
  readonly imports: readonly string[];
}

/** Reads the modules at `paths`; `read` stands in for the disk. */
export function readModules(
  paths: readonly string[],
  read = (path: string): string => readFileSync(join(root, path), 'utf8'),
): Module[] {
  return paths.map((path) => ({ path, imports: importsOf(path, read(path)) }));
}

function importsOf(path: string, text: string): string[] {
  const found: string[] = [];
  visit(parseAst(text, { lang: 'ts' }), (node) => {
    const source: unknown = node['source'];
    if (typeof source !== 'object' || source === null || !('value' in source)) return;
    if (typeof source.value === 'string') found.push(resolveImport(path, source.value));
  });
  return found;
}

/** Only imports and exports have a `source` in the syntax tree, so every node is looked at and no kind is named. */
function visit(value: unknown, look: (node: Readonly<Record<string, unknown>>) => void): void {
  if (typeof value !== 'object' || value === null) return;
  if (!Array.isArray(value)) look(value as Readonly<Record<string, unknown>>);
  for (const child of Object.values(value)) visit(child, look);
}

/** The files that can be reached from `start` by imports that are files of the repository, `start` included. */
export function reachableFrom(start: string, modules: readonly Module[]): ReadonlySet<string> {
  const byPath = new Map(modules.map((module) => [module.path, module.imports]));
  const seen = new Set<string>([start]);
  for (const path of seen) for (const next of byPath.get(path) ?? []) seen.add(next);
  return seen;
}

/** The first circle of imports, as the list of its files, or undefined. */
export function findCycle(modules: readonly Module[]): readonly string[] | undefined {
  const byPath = new Map(modules.map((module) => [module.path, module.imports]));
  const done = new Set<string>();
  const walk = (path: string, trail: readonly string[]): readonly string[] | undefined => {
    if (trail.includes(path)) return [...trail.slice(trail.indexOf(path)), path];
    if (done.has(path)) return undefined;
    for (const next of byPath.get(path) ?? []) {
      const circle = byPath.has(next) ? walk(next, [...trail, path]) : undefined;
      if (circle) return circle;
    }
    done.add(path);
    return undefined;
  };
  for (const { path } of modules) {
    const circle = walk(path, []);
    if (circle) return circle;
  }
  return undefined;
}
