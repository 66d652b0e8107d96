/**
 * The npm package `arxiv-api-ts` as its own process: walks the query API page by page, as its reader would, until a
 * page is empty, and prints the entries as JSON lines. Its address is fixed; only the host is turned to the one given.
 */
import { createRequire } from 'node:module';

const [baseUrl = '', pageSize = '1000'] = process.argv.slice(2);
const page = Number(pageSize);
const origin = new URL(baseUrl).origin;

const theirs = globalThis.fetch;
globalThis.fetch = (input, init) =>
  theirs(String(input instanceof Request ? input.url : input).replace(/^https?:\/\/[^/]+/, origin), init);

interface Library {
  readonly default: (query: object) => Promise<{ readonly entries: readonly { readonly id: string }[] }>;
}

const { default: search } = createRequire(import.meta.url)('arxiv-api-ts') as Library;
for (let start = 0; ; start += page) {
  const { entries } = await search({
    searchQueryParams: [{ include: [{ name: 'a' }] }],
    start,
    maxResults: page,
  });
  for (const { id } of entries) process.stdout.write(`${JSON.stringify({ id: bareId(id) })}\n`);
  if (entries.length === 0) break;
}

/** `http://arxiv.org/abs/2301.00001v2` is 2301.00001 in every list. */
function bareId(url: string): string {
  return url.replace(/^.*\/abs\//, '').replace(/v\d+$/, '');
}
