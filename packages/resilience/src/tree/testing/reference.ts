import type { ChildKind, RestartStrategy } from '../index.ts';

/** How a leaf behaves when it is told to stop: obeys at once, after a time, never, or is not waited for. */
export type Manner =
  { readonly type: 'prompt' | 'deaf' | 'brutal' } | { readonly type: 'slow'; readonly ms: number };

/** A tree as it is drawn: leaves and supervisors. */
export type Drawn = DrawnLeaf | DrawnSupervisor;

/** A child that does what the test says. */
export interface DrawnLeaf {
  readonly type: 'leaf';
  readonly kind: ChildKind;
  readonly manner: Manner;
  readonly awaitsReady: boolean;
}

/** A supervisor under a supervisor, or the top. */
export interface DrawnSupervisor {
  readonly type: 'supervisor';
  readonly kind: ChildKind;
  readonly strategy: RestartStrategy;
  readonly restarts: number;
  readonly withinMs: number;
  readonly awaitsReady: boolean;
  readonly children: readonly Drawn[];
}

/** How long a leaf that is deaf is waited for. */
export const SHUTDOWN_MS = 700;

/** A node of the reference: the plainest thing that does what the documentation says, when one thing happens at a time. */
export class Reference {
  readonly id: string;
  readonly children: readonly Reference[];
  readonly log: string[] = [];
  readonly #drawn: Drawn;
  readonly #clock: { now: number };
  readonly #parent: Reference | undefined;
  #up = false;
  #run = 0;
  #restarts: number[] = [];

  constructor(drawn: Drawn, id = 'r', clock: { now: number } = { now: 0 }, parent?: Reference) {
    this.id = id;
    this.#drawn = drawn;
    this.#clock = clock;
    this.#parent = parent;
    const below = drawn.type === 'leaf' ? [] : drawn.children;
    this.children = below.map((child, index) => new Reference(child, `${id}.${index}`, clock, this));
  }

  get isUp(): boolean {
    return this.#up;
  }

  get kind(): ChildKind {
    return this.#drawn.kind;
  }

  set now(ms: number) {
    this.#clock.now = ms;
  }

  start(): void {
    this.#up = true;
    this.#run += 1;
    this.#restarts = [];
    this.#parent?.log.push(`started ${this.id} ${this.#run}`);
    for (const child of this.children) {
      // Another run of a supervisor counts the runs of its children anew.
      child.#run = 0;
      child.start();
    }
  }

  stop(): void {
    if (!this.#up) return;
    for (const child of this.children.toReversed()) child.stop();
    this.#up = false;
    const manner: Manner = this.#drawn.type === 'leaf' ? this.#drawn.manner : { type: 'prompt' };
    if (manner.type === 'slow') this.#clock.now += manner.ms;
    if (manner.type === 'deaf') this.#clock.now += SHUTDOWN_MS;
    this.#parent?.log.push(`${manner.type === 'deaf' ? 'abandoned' : 'stopped'} ${this.id} ${this.#run}`);
  }

  /** It ended by itself, well or not. */
  end(ok: boolean): void {
    this.#up = false;
    this.#parent?.log.push(`exited ${this.id} ${this.#run}`);
    this.#parent?.judge(this, ok);
  }

  judge(child: Reference, ok: boolean): void {
    const drawn = this.#drawn;
    if (drawn.type === 'leaf' || child.kind === 'temporary' || (child.kind === 'transient' && ok)) return;
    this.#restarts.push(this.#clock.now);
    const recent = this.#restarts.filter((time) => this.#clock.now - time <= drawn.withinMs);
    if (recent.length > drawn.restarts) {
      this.log.push('give-up');
      for (const other of this.children.toReversed()) other.stop();
      this.end(false);
      return;
    }
    const at = this.children.indexOf(child);
    const group = this.children.filter((_, index) =>
      drawn.strategy === 'one-for-one' ? index === at : drawn.strategy === 'one-for-all' || index >= at,
    );
    const again = group.filter(({ kind }) => kind !== 'temporary');
    this.log.push(`restart ${again.map(({ id }) => id).join('+')}`);
    for (const other of group.toReversed()) other.stop();
    for (const other of again) other.start();
  }

  /** All nodes below, this one first. */
  all(): readonly Reference[] {
    return [this, ...this.children.flatMap((child) => child.all())];
  }
}
