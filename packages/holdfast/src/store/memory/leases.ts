import type { Window } from '../../model/window.ts';
import type { Lease, NewWindow, PageEvidence, WindowUpdate } from '../port.ts';
import { addEvidence } from '../rules/evidence-rules.ts';
import { fenced } from '../rules/fenced.ts';
import { createWindow, updateWindow } from '../rules/window-rules.ts';

interface Held {
  readonly window: Window;
  readonly owner: string | null;
  readonly fence: bigint;
  readonly until: number;
  readonly evidence: readonly PageEvidence[];
}

/** The windows of a memory store and who may write them. */
export class Leases {
  readonly #windows = new Map<string, Held>();
  // One count for all windows, so that a window that is dropped and created again never repeats a fence.
  #fence = 0n;

  all(): readonly Window[] {
    return [...this.#windows.values()].map(({ window }) => window);
  }

  /** The last pages of each window of a source. */
  evidence(source: string): ReadonlyMap<string, readonly PageEvidence[]> {
    const held = [...this.#windows].filter(([, { window }]) => window.source === source);
    return new Map(held.map(([key, { evidence }]) => [key, evidence]));
  }

  /** Windows that come out of another one begin with its evidence. */
  plan(windows: readonly NewWindow[], evidence: readonly PageEvidence[] = []): void {
    for (const each of windows) {
      const window = createWindow(each);
      const held = this.#windows.get(window.key);
      if (held?.window.lane === 'repair')
        this.#windows.set(window.key, { ...held, window: { ...held.window, lane: window.lane } });
      if (held !== undefined) continue;
      this.#windows.set(window.key, { window, owner: null, fence: 0n, until: 0, evidence });
    }
  }

  claim(key: string, owner: string, ttlMs: number, now: number): Lease | null {
    const held = this.#windows.get(key);
    if (!held || (held.owner !== null && held.owner !== owner && held.until > now)) return null;
    const fence = ++this.#fence;
    this.#windows.set(key, { ...held, owner, fence, until: now + ttlMs });
    return { window: held.window, owner, fence };
  }

  renew(lease: Lease, ttlMs: number, now: number): boolean {
    const held = this.#held(lease);
    if (held) this.#windows.set(lease.window.key, { ...held, until: now + ttlMs });
    return held !== null;
  }

  release(lease: Lease): void {
    const held = this.#held(lease);
    if (held) this.#windows.set(lease.window.key, { ...held, owner: null, until: 0 });
  }

  releaseAll(): void {
    for (const [key, held] of this.#windows) this.#windows.set(key, { ...held, owner: null, until: 0 });
  }

  /** @throws HoldfastError `ERR_STORE_FENCED` unless the lease stands and the cursor is the expected one. */
  check(lease: Lease, prev: string): void {
    const held = this.#held(lease);
    if (!held) throw fenced(lease.window.key, 'it was claimed again, released or dropped');
    if (held.window.cursor !== prev) throw fenced(lease.window.key, 'its cursor has moved');
  }

  /** The window as it stands. */
  get(key: string): Window | null {
    return this.#windows.get(key)?.window ?? null;
  }

  /** Returns what the window remembers from then on. */
  move(key: string, update: WindowUpdate, page: PageEvidence | null): readonly PageEvidence[] {
    const held = this.#windows.get(key);
    if (!held) return [];
    const evidence = addEvidence(held.evidence, page);
    this.#windows.set(key, { ...held, window: updateWindow(held.window, update), evidence });
    return evidence;
  }

  drop(key: string): void {
    this.#windows.delete(key);
  }

  #held({ window, owner, fence }: Lease): Held | null {
    const held = this.#windows.get(window.key);
    return held && held.owner === owner && held.fence === fence ? held : null;
  }
}
