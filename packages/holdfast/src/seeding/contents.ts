import type { RawPage } from '../store/port.ts';
import type { Bundle } from './bundle.ts';
import { Pile } from './pile.ts';
import type { Taken } from './pile.ts';

/** What one source gets of a bundle. */
export interface Content extends Taken {
  readonly position: string;
  readonly seen: number;
  readonly bytesRead: number;
  readonly at: number;
  /** The same for every try. */
  readonly batchId: (uniqueId: () => string) => string;
}

/**
 * Gives the content of a bundle by source, made ahead while the bundle before is being stored. A source's window that
 * is ahead of the main one has the first entries already (`seen`): they are left out.
 */
export function contentsOf(
  bundle: Bundle,
  at: number,
): (source: string, seen: number, main: boolean) => Content {
  const { position, entries, bytesRead, piles, homeless } = bundle;
  const ahead = new Map([...piles].map(([source, pile]) => [source, pile.take(0)]));
  return (source, seen, main) => {
    const pile = piles.get(source) ?? NOTHING;
    const began = (pile.first ?? seen) >= seen;
    const own = (began ? ahead.get(source) : undefined) ?? pile.take(seen);
    const rest = (main ? homeless : NOTHING).take(seen);
    let id: string | null = null;
    return {
      ...own,
      bad: [...own.bad, ...rest.bad],
      told: {
        repaired: own.told.repaired,
        refused: own.told.refused + rest.told.refused,
        bad: own.told.bad + rest.told.bad,
      },
      position,
      seen: entries,
      bytesRead,
      at,
      batchId: (uniqueId) => (id ??= uniqueId()),
    };
  };
}

const NOTHING = new Pile();

/** The bytes of all lines or pages of a bundle: the records' raw bytes are places in it. */
export function pageOf({ raw, rawBytes }: Bundle, url: string, fetchedAt: number): RawPage | null {
  const [only] = raw;
  if (only === undefined) return null;
  const bytes = raw.length === 1 ? only : concat(raw, rawBytes);
  const contentType = only[0] === 0x3c ? 'text/xml' : 'application/x-ndjson';
  return { bytes, url, contentType, fetchedAt };
}

function concat(parts: readonly Uint8Array[], length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  let offset = 0;
  for (const part of parts) {
    bytes.set(part, offset);
    offset += part.byteLength;
  }
  return bytes;
}
