/**
 * `npm run reference`: writes docs/resilience/reference from the docstrings of everything that the library exports, one page
 * an entry point. `--check` writes nothing and exits with 1 when a page is not what it would write.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { format, resolveConfig } from 'prettier';
import { exportsOf } from './declarations.ts';
import { anchorsOf, page } from './page.ts';

const root = join(dirname(fileURLToPath(import.meta.url)), '../..');
const library = join(root, 'packages/resilience');
const folder = join(root, 'docs/resilience/reference');

const { values } = parseArgs({ options: { check: { type: 'boolean', default: false } } });

/** Pages by file name, with the list of them. */
async function pages(): Promise<ReadonlyMap<string, string>> {
  const { exports } = JSON.parse(readFileSync(join(library, 'package.json'), 'utf8')) as {
    exports: Readonly<Record<string, string | { readonly types: string }>>;
  };
  const entries = Object.entries(exports).flatMap(([entry, target]) => {
    if (typeof target === 'string') return [];
    const specifier = `@holdfast/resilience${entry.slice(1)}`;
    const file = `${entry === '.' ? 'resilience' : entry.slice(2).replaceAll('/', '-')}.md`;
    const declarations = exportsOf(join(library, target.types));
    if (declarations.length === 0) throw new Error(`${specifier} exports nothing`);
    return [{ specifier, file, declarations }];
  });
  const places = new Map<string, string>();
  for (const { file, declarations } of entries) {
    for (const [name, anchor] of anchorsOf(declarations)) {
      if (!places.has(name)) places.set(name, `${file}#${anchor}`);
    }
  }
  const made = new Map<string, string>();
  const lines: string[] = [];
  for (const { specifier, file, declarations } of entries) {
    made.set(file, await formatted(file, page(specifier, declarations, places)));
    const names = new Set(declarations.filter(({ kind }) => kind !== 'type').map(({ name }) => name));
    const anchors = anchorsOf(declarations);
    const told = [...names].map((name) => `[\`${name}\`](${file}#${anchors.get(name)})`);
    lines.push(`- [\`${specifier}\`](${file}): ${told.join(', ')}`);
  }
  const index = `# Reference\n\nMade from the docstrings by \`npm run reference\`; do not edit.\n\n${lines.join('\n')}\n`;
  return made.set('README.md', await formatted('README.md', index));
}

async function formatted(file: string, text: string): Promise<string> {
  const filepath = join(folder, file);
  return await format(text, { ...(await resolveConfig(filepath)), filepath });
}

async function main(): Promise<number> {
  const wanted = await pages();
  const present = existsSync(folder) ? readdirSync(folder) : [];
  const stale = present.filter((file) => !wanted.has(file));
  const changed = [...wanted].filter(
    ([file, text]) => !present.includes(file) || readFileSync(join(folder, file), 'utf8') !== text,
  );
  if (values.check) {
    for (const file of [...stale, ...changed.map(([name]) => name)])
      console.log(`docs/resilience/reference/${file} is not current`);
    console.log(`${wanted.size} pages, ${stale.length + changed.length} not current`);
    return stale.length + changed.length === 0 ? 0 : 1;
  }
  mkdirSync(folder, { recursive: true });
  for (const file of stale) rmSync(join(folder, file));
  for (const [file, text] of changed) writeFileSync(join(folder, file), text);
  console.log(`${wanted.size} pages, ${changed.length} written, ${stale.length} removed`);
  return 0;
}

process.exitCode = await main();
