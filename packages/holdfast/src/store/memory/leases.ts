import type { Window } from '../../model/window.ts';
import type { Lease, NewWindow, WindowUpdate } from '../port.ts';
import { fenced } from '../rules/fenced.ts';
import { createWindow, updateWindow } from '../rules/window-rules.ts';

interface Held {
  readonly window: Window;
  readonly owner: string | null;
  readonly fence: bigint;
  readonly until: number;
}

/** The windows of a memory store and who may write them. */
export class Leases {
  readonly #windows = new Map<string, Held>();
  // One count for all windows, so that a window that is dropped and created again never repeats a fence.
  #fence = 0n;

  all(): readonly Window[] {
    return [...this.#windows.values()].map(({ window }) => window);
  }

  plan(windows: readonly NewWindow[]): void {
    for (const each of windows) {
      const window = createWindow(each);
      if (this.#windows.has(window.key)) continue;
      this.#windows.set(window.key, { window, owner: null, fence: 0n, until: 0 });
    }
  }

  claim(key: string, owner: string, ttlMs: number, now: number): Lease | null {
    const held = this.#windows.get(key);
    if (!held || (held.owner !== null && held.owner !== owner && held.until > now)) return null;
    const fence = ++this.#fence;
    this.#windows.set(key, { window: held.window, owner, fence, until: now + ttlMs });
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

  move(key: string, update: WindowUpdate): void {
    const held = this.#windows.get(key);
    if (held) this.#windows.set(key, { ...held, window: updateWindow(held.window, update) });
  }

  drop(key: string): void {
    this.#windows.delete(key);
  }

  #held({ window, owner, fence }: Lease): Held | null {
    const held = this.#windows.get(window.key);
    return held && held.owner === owner && held.fence === fence ? held : null;
  }
}
