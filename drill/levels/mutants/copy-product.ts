import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { mutate, type Mutant } from './mutant.ts';

/** What of the product is copied; the drill and the dashboard are no part of what is mistaken, but belong to it. */
const PARTS = ['bin', 'dist', 'package.json'];

/**
 * Copies an installed product below a folder, so that it finds what it depends on: from a checkout, from
 * `node_modules` of whoever installed it, or from an archive. Returns the copy's folder.
 */
export function copyProduct(product: string, folder: string): string {
  const modules = join(folder, 'node_modules');
  const copy = join(modules, 'holdfast');
  mkdirSync(copy, { recursive: true });
  for (const part of PARTS)
    cpSync(join(product, part), join(copy, part), { recursive: true, dereference: true });
  for (const each of dependencyFolders(product)) linkAll(each, modules);
  return copy;
}

/**
 * Puts a mistake into a copy; returns what takes it out again. What stood in the copy is kept for that: the product that
 * it was made from may be built anew meanwhile. @throws Error when its text is not where it was
 */
export function install({ edits }: Mutant, copy: string): () => void {
  const before = new Map<string, string>();
  const restore = (): void => {
    for (const [file, text] of before) writeFileSync(file, text);
  };
  try {
    for (const edit of edits) {
      const file = join(copy, 'dist', edit.file);
      const text = readFileSync(file, 'utf8');
      if (!before.has(file)) before.set(file, text);
      writeFileSync(file, mutate(text, edit));
    }
  } catch (error) {
    restore();
    throw error;
  }
  return restore;
}

/** From the product upwards: the nearest one wins. */
function dependencyFolders(product: string): readonly string[] {
  const found: string[] = [];
  for (let at = product; ; at = dirname(at)) {
    const modules = join(at, 'node_modules');
    if (existsSync(modules)) found.push(modules);
    if (at === dirname(at)) return found;
  }
}

function linkAll(from: string, to: string): void {
  for (const name of readdirSync(from)) {
    if (name.startsWith('.') || name === 'holdfast') continue;
    if (name.startsWith('@')) {
      mkdirSync(join(to, name), { recursive: true });
      for (const scoped of readdirSync(join(from, name)))
        link(join(from, name, scoped), join(to, name, scoped));
    } else link(join(from, name), join(to, name));
  }
}

/** A junction needs no right of its own on Windows; elsewhere the word is ignored. */
function link(target: string, path: string): void {
  if (!existsSync(path)) symlinkSync(target, path, 'junction');
}
