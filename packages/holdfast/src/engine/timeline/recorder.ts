import { dayOf, startOf, type Day } from '../../model/day.ts';
import type { SourceStateName } from '../../model/event.ts';
import {
  SLOT_MS,
  SLOTS_PER_DAY,
  TIMELINE_LETTERS,
  UNKNOWN_SLOT,
  worseSlot,
  type TimelineDay,
} from '../../model/timeline.ts';

const DAY_MS = SLOTS_PER_DAY * SLOT_MS;
const EMPTY = UNKNOWN_SLOT.repeat(SLOTS_PER_DAY);

/** Records the worst state of each source in each slot of five minutes. Instants are wall ms. */
export class TimelineRecorder {
  readonly #days = new Map<string, TimelineDay>();
  readonly #changed = new Set<string>();

  /** Whether there is something to take. */
  get hasChanged(): boolean {
    return this.#changed.size > 0;
  }

  /** What is known already; days that were rolled up are left alone. */
  load(days: readonly TimelineDay[]): void {
    for (const day of days) {
      if (day.slots.length !== SLOTS_PER_DAY) continue;
      const key = keyOf(day.source, day.day);
      const here = this.#days.get(key);
      this.#days.set(key, here === undefined ? day : { ...day, slots: worst(here.slots, day.slots) });
    }
  }

  /** A source is in a state at an instant. */
  note(source: string, state: SourceStateName, at: number): void {
    const day = dayOf(at);
    const slot = Math.floor((at - startOf(day)) / SLOT_MS);
    this.#mark(source, day, slot, TIMELINE_LETTERS[state]);
  }

  /** The machine slept between two instants: every slot that it touched was slept through. */
  slept(sources: readonly string[], from: number, to: number): void {
    for (let at = Math.floor(from / SLOT_MS) * SLOT_MS; at < to; at += SLOT_MS)
      for (const source of sources) this.note(source, 'asleep', at);
  }

  /** The days that have changed since they were taken last; days long past are let go. */
  take(at: number): readonly TimelineDay[] {
    const changed = [...this.#changed].flatMap((key) => this.#days.get(key) ?? []);
    this.#changed.clear();
    const oldest = dayOf(at - DAY_MS);
    for (const [key, { day }] of this.#days) if (day < oldest) this.#days.delete(key);
    return changed;
  }

  /** What could not be written is taken again. */
  giveBack(days: readonly TimelineDay[]): void {
    for (const day of days) {
      const key = keyOf(day.source, day.day);
      if (!this.#days.has(key)) this.#days.set(key, day);
      this.#changed.add(key);
    }
  }

  #mark(source: string, day: Day, slot: number, letter: string): void {
    const key = keyOf(source, day);
    const known = this.#days.get(key) ?? { source, day, slots: EMPTY };
    const before = known.slots[slot] ?? UNKNOWN_SLOT;
    const after = worseSlot(before, letter);
    if (before === after) return;
    const slots = known.slots.slice(0, slot) + after + known.slots.slice(slot + 1);
    this.#days.set(key, { source, day, slots });
    this.#changed.add(key);
  }
}

function keyOf(source: string, day: Day): string {
  return `${source} ${day}`;
}

function worst(one: string, other: string): string {
  return Array.from({ length: SLOTS_PER_DAY }, (_, slot) =>
    worseSlot(one[slot] ?? UNKNOWN_SLOT, other[slot] ?? UNKNOWN_SLOT),
  ).join('');
}
