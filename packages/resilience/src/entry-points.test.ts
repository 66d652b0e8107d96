import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

/** All modules that a source file imports, directly or not. */
function reachable(entry: URL, seen = new Set<string>()): Set<string> {
  if (seen.has(entry.href)) return seen;
  seen.add(entry.href);
  for (const [, name] of readFileSync(entry, 'utf8').matchAll(
    /^(?:import|export)[^;]*? from '([^']+)';/gms,
  )) {
    if (name?.startsWith('.') === true) reachable(new URL(name, entry), seen);
    else if (name !== undefined) seen.add(name);
  }
  return seen;
}

test('node:sqlite is reachable from ./state/sqlite alone, and nothing from outside Node is reachable', () => {
  const entries = ['./index.ts', './clock/index.ts', './state/index.ts', './awake/index.ts'];
  for (const entry of entries) {
    const modules = reachable(new URL(entry, import.meta.url));
    expect(modules.size).toBeGreaterThan(3);
    expect([...modules].filter((name) => name === 'node:sqlite')).toEqual([]);
  }
  const sqlite = reachable(new URL('./state/sqlite.ts', import.meta.url));
  expect(sqlite).toContain('node:sqlite');
  expect([...sqlite].filter((name) => !/^(file|node):/.test(name))).toEqual([]);
});
