import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { parseReference } from '../../identity/lookup.ts';
import type { StoreReader } from '../../store/port.ts';
import { usageError } from '../usage-error.ts';

/** The ids that an export is narrowed to. */
export interface WantedIds {
  /** As the store has them; of a line that it does not know, all that it may mean. */
  readonly ids: ReadonlySet<string>;
  /** Lines that the store knows no paper for, the first of them. */
  readonly unknown: readonly string[];
  readonly unknownCount: number;
}

const TOLD = 20;

/** Reads identifiers from a file, or from standard input for `-`: one a line; empty lines and lines with `#` say nothing. */
export async function readIds(
  file: string,
  reader: Pick<StoreReader, 'show' | 'find' | 'sources'>,
): Promise<WantedIds> {
  const sources = (await reader.sources()).map(({ id }) => id);
  const ids = new Set<string>();
  const unknown: string[] = [];
  let unknownCount = 0;
  const input = file === '-' ? process.stdin : createReadStream(file);
  for await (const line of linesOf(input)) {
    const text = line.replace(/^\uFEFF/, '').trim();
    if (text === '' || text.startsWith('#')) continue;
    const found = await idsOf(text, reader, sources);
    for (const id of found) ids.add(id);
    if (found.length > 0) continue;
    unknownCount += 1;
    if (unknown.length < TOLD) unknown.push(text);
    for (const { id } of parseReference(text)) ids.add(id);
  }
  return { ids, unknown, unknownCount };
}

async function* linesOf(input: NodeJS.ReadableStream): AsyncGenerator<string> {
  const failed = new Promise<never>((_, reject) =>
    input.once('error', (error: Error) =>
      reject(
        usageError(
          `The ids cannot be read: ${error.message}.`,
          'Name a file with one id a line, or - for standard input.',
        ),
      ),
    ),
  );
  failed.catch(() => undefined);
  const lines = createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })[Symbol.asyncIterator]();
  for (;;) {
    const next = await Promise.race([lines.next(), failed]);
    if (next.done === true) return;
    yield next.value;
  }
}

/** The ids of the first reading of the text that the store knows; DOIs without case. */
async function idsOf(
  text: string,
  reader: Pick<StoreReader, 'show' | 'find'>,
  sources: readonly string[],
): Promise<readonly string[]> {
  const candidates = parseReference(text).map(({ id }) => id);
  for (const id of candidates) {
    for (const source of sources) if ((await reader.find(source, [id])).length > 0) return [id];
    const shown = (await reader.show(id)).map(({ fields }) => fields.id);
    if (shown.length > 0) return [...new Set(shown)];
  }
  return [];
}
