import type { BadItem, Item } from '../model/item.ts';
import { PaperPacker } from '../store/packed-items.ts';

/** An item or a line that is not taken, for one source. */
export type Piece =
  { readonly item: Item; readonly repaired: boolean } | { readonly bad: BadItem; readonly refused: boolean };

/** What goes into one commit of one source. */
export interface Taken {
  readonly items: readonly Item[];
  /** Papers, ready for the writer. */
  readonly packed: Uint8Array;
  readonly bad: readonly BadItem[];
  readonly told: { readonly repaired: number; readonly refused: number; readonly bad: number };
}

/** Collects what one source gets; papers become bytes at once, since objects that wait cost more than all else. */
export class Pile {
  readonly packer: PaperPacker;
  /** The number of its entry in the data set, of each packed paper. */
  readonly #papers: number[] = [];
  readonly #repaired: number[] = [];
  readonly #rest: { readonly entry: number; readonly piece: Piece }[] = [];

  /** @param memory of a pile that is stored */
  constructor(memory?: Buffer) {
    this.packer = new PaperPacker(memory);
  }

  add(entry: number, piece: Piece): void {
    if ('item' in piece && piece.repaired) this.#repaired.push(entry);
    if ('item' in piece && piece.item.type === 'paper') {
      this.packer.add(piece.item);
      this.packed(entry);
    } else this.#rest.push({ entry, piece });
  }

  /** Notes the entry of a paper that was packed. */
  packed(entry: number): void {
    this.#papers.push(entry);
  }

  /** The number of its first entry; null when it has none. */
  get first(): number | null {
    const [paper, rest] = [this.#papers[0], this.#rest[0]?.entry];
    if (paper === undefined || rest === undefined) return paper ?? rest ?? null;
    return Math.min(paper, rest);
  }

  /** Everything but the entries before a number. */
  take(seen: number): Taken {
    const items: Item[] = [];
    const bad: BadItem[] = [];
    const told = { repaired: 0, refused: 0, bad: 0 };
    for (const entry of this.#repaired) if (entry >= seen) told.repaired += 1;
    for (const { entry, piece } of this.#rest) {
      if (entry < seen) continue;
      if ('item' in piece) items.push(piece.item);
      else {
        bad.push(piece.bad);
        told[piece.refused ? 'refused' : 'bad'] += 1;
      }
    }
    const first = this.#papers.findIndex((entry) => entry >= seen);
    return { items, packed: first < 0 ? new Uint8Array() : this.packer.finish(first), bad, told };
  }
}
