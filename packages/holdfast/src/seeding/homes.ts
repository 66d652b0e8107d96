import { HoldfastError } from '../model/error.ts';
import type { Home } from './mapped.ts';

/** A source that records can be brought to. */
export interface KnownSource {
  readonly id: string;
  readonly kind: string;
  readonly baseUrl?: string;
}

/** Kinds of which there is one upstream, so that a source of that name can be made. */
const SINGLE = new Set(['arxiv', 'biorxiv', 'medrxiv']);

/** Decides which source a line belongs to. */
export class Homes {
  readonly #known: KnownSource[];
  readonly #forced: string | null;

  /** @param forced the id of the source that a person named for everything in the file */
  constructor(known: readonly KnownSource[], forced: string | null) {
    this.#known = [...known];
    this.#forced = forced;
  }

  /** The source of a line; null when nothing tells it, or when it is not that of the person's choice. */
  find(home: Home, baseUrl: string | null = null): KnownSource | null {
    if (this.#forced !== null) return this.#fit(this.#forced, home);
    const named = this.#known.find(({ id }) => id === home.source);
    if (named && fits(named, home)) return named;
    if (home.kind === null) return null;
    const alike = this.#known.filter(({ kind }) => kind === home.kind);
    if (home.kind === 'oai-pmh') {
      return alike.find((each) => each.baseUrl === baseUrl) ?? (alike.length === 1 ? alike[0] : null) ?? null;
    }
    return alike[0] ?? this.#make(home.kind, home.kind);
  }

  /** Where lines are shown whose source nothing tells. */
  get forced(): KnownSource | null {
    return this.#known.find(({ id }) => id === this.#forced) ?? null;
  }

  #fit(id: string, home: Home): KnownSource | null {
    const known = this.#known.find((each) => each.id === id);
    if (known) return fits(known, home) ? known : null;
    return home.kind === null ? null : this.#make(id, home.kind);
  }

  #make(id: string, kind: string): KnownSource {
    if (!SINGLE.has(kind)) {
      throw new HoldfastError('ERR_IMPORT_SOURCE', `There is no source "${id}".`, {
        hint: 'Add the repository to the configuration first: its records are named by its own identifiers.',
      });
    }
    const made = { id, kind };
    this.#known.push(made);
    return made;
  }
}

/** Repositories name their records as they like; the identifiers of the others have a form. */
function fits({ kind }: KnownSource, home: Home): boolean {
  if (kind === 'holdfast') return true;
  return home.kind === kind || (kind === 'oai-pmh' && home.kind === null);
}
