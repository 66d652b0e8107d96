import { Dice } from '../../kill/random.ts';
import type { Kind, Simulator } from '../../upstream/simulator.ts';

/** An upstream that keeps changing. */
export interface Live {
  readonly id: string;
  readonly kind: Kind;
  readonly simulator: Simulator;
}

/** What happened upstream so far. */
export interface Happened {
  readonly changes: Record<'added' | 'restamped' | 'versions' | 'deleted', number>;
  readonly armed: Map<string, number>;
}

/** Faults that pass: the product must get over each of them by itself, soon. */
const MILD = [
  'tcp-reset',
  '503-retry-after',
  'gzip-truncated',
  'empty-200',
  '500',
  'stall-then-rest',
] as const;

/** Changes upstreams, by seed: a few records each tick, now and then a fault. */
export class Traffic {
  readonly happened: Happened = {
    changes: { added: 0, restamped: 0, versions: 0, deleted: 0 },
    armed: new Map(),
  };
  readonly #upstreams: readonly Live[];
  readonly #dice: Dice;
  /** Identifiers known to be there, of which some are changed. */
  readonly #known: Map<string, string[]>;
  readonly #revised = new Set<string>();

  private constructor(upstreams: readonly Live[], seed: number, known: Map<string, string[]>) {
    this.#upstreams = upstreams;
    this.#dice = new Dice(seed);
    this.#known = known;
  }

  /** Learns which records there are. */
  static async begin(upstreams: readonly Live[], seed: number): Promise<Traffic> {
    const known = new Map<string, string[]>();
    for (const { id, simulator } of upstreams) {
      const truth = (await simulator.control({ do: 'truth' })) as readonly {
        id: string;
        deleted?: boolean;
      }[];
      known.set(id, [...new Set(truth.filter(({ deleted }) => deleted !== true).map((each) => each.id))]);
    }
    return new Traffic(upstreams, seed, known);
  }

  /** One step of the world. */
  async tick(): Promise<void> {
    for (const upstream of this.#upstreams) {
      await this.#change(upstream);
      if (this.#dice.next() < FAULTS_PER_TICK) await this.#arm(upstream);
    }
  }

  /** Ends what is armed and has not fired. */
  async calm(): Promise<void> {
    for (const { simulator } of this.#upstreams) await simulator.control({ do: 'disarm' });
  }

  async #change({ id, kind, simulator }: Live): Promise<void> {
    const { changes } = this.happened;
    const known = this.#known.get(id) ?? [];
    if (this.#dice.next() < ADDS_PER_TICK) {
      const added = (await simulator.control({ do: 'addRecords', count: 1 })) as readonly string[];
      known.push(...added);
      changes.added += added.length;
    }
    if (kind !== 'biorxiv') {
      const restamped = (await simulator.control({ do: 'restamp', count: 3 })) as readonly string[];
      changes.restamped += restamped.length;
    }
    if (this.#dice.next() < VERSIONS_PER_TICK) {
      const revised = this.#any(known);
      // arXiv announces a paper once a day: of a second version on one day its list, which knows days, tells nothing.
      if (kind !== 'arxiv' || !this.#revised.has(revised)) {
        this.#revised.add(revised);
        await simulator.control({ do: 'newVersion', id: revised });
        changes.versions += 1;
      }
    }
    if (kind === 'oai-pmh' && this.#dice.next() < DELETIONS_PER_TICK) {
      const doomed = this.#any(known);
      known.splice(known.indexOf(doomed), 1);
      await simulator.control({ do: 'remove', id: doomed });
      changes.deleted += 1;
    }
  }

  async #arm({ simulator }: Live): Promise<void> {
    const fault = this.#dice.pick(MILD);
    await simulator.control({ do: 'arm', fault: `${fault}@1` });
    this.happened.armed.set(fault, (this.happened.armed.get(fault) ?? 0) + 1);
  }

  #any(known: readonly string[]): string {
    return known[this.#dice.upTo(known.length) - 1] ?? '';
  }
}

/** Of each upstream. The lists grow by additions alone, slowly: what is measured is the product, not its load. */
const ADDS_PER_TICK = 0.1;
const VERSIONS_PER_TICK = 0.15;
const DELETIONS_PER_TICK = 0.05;
const FAULTS_PER_TICK = 0.02;
