import type { BadItem, Item, PaperItem } from '../model/item.ts';
import { packItems } from '../store/packed-items.ts';
import type { RawPage } from '../store/port.ts';
import type { Bundle, Piece } from './bundle.ts';

/** What one source gets of a bundle. */
export interface Content {
  readonly items: readonly Item[];
  /** Papers, ready for the writer. */
  readonly packed: Uint8Array;
  readonly bad: readonly BadItem[];
  readonly page: RawPage | null;
  readonly told: { readonly repaired: number; readonly refused: number; readonly bad: number };
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
  url: string,
  at: number,
): (source: string, seen: number, main: boolean) => Content {
  const { position, entries, bytesRead, pieces, homeless } = bundle;
  const page = pageOf(bundle, url, at);
  const ahead = new Map([...pieces].map(([source, list]) => [source, take(list, 0)]));
  return (source, seen, main) => {
    const list = pieces.get(source) ?? [];
    const began = (list[0]?.entry ?? seen) >= seen;
    const own = (began ? ahead.get(source) : undefined) ?? take(list, seen);
    const rest = take(main ? homeless : [], seen);
    let id: string | null = null;
    return {
      ...own,
      bad: [...own.bad, ...rest.bad],
      told: {
        repaired: own.told.repaired,
        refused: own.told.refused + rest.told.refused,
        bad: own.told.bad + rest.told.bad,
      },
      page,
      position,
      seen: entries,
      bytesRead,
      at,
      batchId: (uniqueId) => (id ??= uniqueId()),
    };
  };
}

type Taken = Pick<Content, 'items' | 'packed' | 'bad' | 'told'>;

function take(list: readonly { readonly entry: number; readonly piece: Piece }[], seen: number): Taken {
  const items: Item[] = [];
  const papers: PaperItem[] = [];
  const bad: BadItem[] = [];
  const told = { repaired: 0, refused: 0, bad: 0 };
  for (const { entry, piece } of list) {
    if (entry < seen) continue;
    if ('item' in piece) {
      if (piece.item.type === 'paper') papers.push(piece.item);
      else items.push(piece.item);
      if (piece.repaired) told.repaired += 1;
    } else {
      bad.push(piece.bad);
      told[piece.refused ? 'refused' : 'bad'] += 1;
    }
  }
  return { items, packed: packItems(papers), bad, told };
}

/** The bytes of all lines or pages of a bundle: the records' raw bytes are places in it. */
function pageOf({ raw, rawBytes }: Bundle, url: string, fetchedAt: number): RawPage | null {
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
