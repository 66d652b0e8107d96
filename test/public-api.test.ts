import { existsSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { expect, test } from 'vitest';
import { parseAst } from 'vitest/node';
import { resolveImport, root } from '../tools/lint/resolve-import.ts';
import { manifestOf } from './npm.ts';

type Tree = Readonly<Record<string, unknown>>;

const library = 'packages/resilience';
const entries = Object.entries(manifestOf(library).exports ?? {}).filter(
  ([entry]) => !entry.endsWith('.json'),
);

test('the names that the library exports are those of api.md; npx vitest run test/public-api --update writes a change', async () => {
  const sections = entries.map(([entry]) => {
    const names = exportedFrom(resolveImport('', `@holdfast/resilience${entry.slice(1)}`));
    expect(names.length, entry).toBeGreaterThan(0);
    return `## \`@holdfast/resilience${entry.slice(1)}\`\n\n${names.map((name) => `- \`${name}\``).join('\n')}\n`;
  });
  const text = `# What \`@holdfast/resilience\` exports\n\n${sections.join('\n')}`;
  await expect(text).toMatchFileSnapshot(join(root, library, 'api.md'));
});

test('every entry point was built with its types', () => {
  for (const [, target] of entries) {
    const { types, default: script } = target as { types: string; default: string };
    expect(existsSync(join(root, library, types)), types).toBe(true);
    expect(existsSync(join(root, library, script)), script).toBe(true);
  }
});

/** Names that a module exports, sorted, types marked as such; `export *` is followed. */
function exportedFrom(path: string): string[] {
  const tree = parseAst(readFileSync(join(root, path), 'utf8'), { lang: 'ts' }) as unknown as {
    body: readonly Tree[];
  };
  return [...new Set(tree.body.flatMap((node) => namesOf(node, path)))].sort((a, b) =>
    a.localeCompare(b, 'en'),
  );
}

function namesOf(node: Tree, path: string): string[] {
  if (node['type'] === 'ExportAllDeclaration') {
    return exportedFrom(posix.join(posix.dirname(path), (node['source'] as { value: string }).value));
  }
  if (node['type'] !== 'ExportNamedDeclaration') return [];
  const mark = (isType: boolean, name: string): string => (isType ? `type ${name}` : name);
  const specifiers = node['specifiers'] as readonly { exported: { name: string }; exportKind: string }[];
  const named = specifiers.map((each) =>
    mark(each.exportKind === 'type' || node['exportKind'] === 'type', each.exported.name),
  );
  const declaration = node['declaration'] as {
    id?: { name: string };
    declarations?: readonly { id: { name: string } }[];
  } | null;
  const declared = [declaration?.id?.name, ...(declaration?.declarations ?? []).map(({ id }) => id.name)];
  const found = declared
    .filter((name) => name !== undefined)
    .map((name) => mark(node['exportKind'] === 'type', name));
  return [...named, ...found];
}
