/**
 * The npm package `oai-pmh` as its own process: lists all records and prints them as JSON lines, as its command line
 * does. Its own loader (`esm`) does not run on present Node releases, so Node loads its sources itself, told only
 * how its imports are written today.
 */
import { registerHooks } from 'node:module';

const inside = (url: string | undefined): boolean => url?.includes('/oai-pmh/src/') ?? false;

registerHooks({
  resolve(specifier, context, next) {
    const bare = inside(context.parentURL) && /^\.\/[^.]+$/.test(specifier);
    return next(bare ? `${specifier}.js` : specifier, context);
  },
  load(url, context, next) {
    const loaded = next(url, context);
    if (!inside(url) || loaded.source === undefined) return loaded;
    return { ...loaded, format: 'module', source: modernised(textOf(loaded.source)) };
  },
});

function textOf(source: string | ArrayBuffer | NodeJS.TypedArray): string {
  return typeof source === 'string' ? source : new TextDecoder().decode(source);
}

/** Names cannot be imported one by one from these CommonJS packages, and JSON must be named as such. */
function modernised(source: string): string {
  return source
    .replace("'../package.json'", "'../package.json' with { type: 'json' }")
    .replaceAll(
      /import (\{[^}]*\}) from '(lodash|xml2js)'/g,
      (_, names: string, from: string) => `import ${from}_ from '${from}'\nconst ${names} = ${from}_`,
    );
}

interface OaiPmh {
  listRecords(options: { readonly metadataPrefix: string }): AsyncIterable<unknown>;
}

const [baseUrl = '', metadataPrefix = ''] = process.argv.slice(2);
const entry = new URL('../../node_modules/oai-pmh/src/index.js', import.meta.url);
const library = (await import(entry.href)) as { OaiPmh: new (baseUrl: string) => OaiPmh };
for await (const record of new library.OaiPmh(baseUrl).listRecords({ metadataPrefix })) {
  process.stdout.write(`${JSON.stringify(record)}\n`);
}
