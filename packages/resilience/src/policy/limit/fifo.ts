/** A member of a queue; made by `push`. */
export interface Queued<T> {
  readonly value: T;
}

interface Link<T> extends Queued<T> {
  previous: Link<T> | undefined;
  next: Link<T> | undefined;
  queue: Fifo<T> | undefined;
}

/** First in, first out; whoever waits in the middle can leave it, in constant time too. */
export class Fifo<T> {
  #first: Link<T> | undefined;
  #last: Link<T> | undefined;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  push(value: T): Queued<T> {
    const link: Link<T> = { value, previous: this.#last, next: undefined, queue: this };
    if (this.#last === undefined) this.#first = link;
    else this.#last.next = link;
    this.#last = link;
    this.#size += 1;
    return link;
  }

  /** The one that has waited longest, taken out. */
  shift(): T | undefined {
    const first = this.#first;
    if (first === undefined) return undefined;
    this.remove(first);
    return first.value;
  }

  /** Takes one out wherever it stands; nothing when it has left already. */
  remove(member: Queued<T>): void {
    const link = member as Link<T>;
    if (link.queue !== this) return;
    if (link.previous === undefined) this.#first = link.next;
    else link.previous.next = link.next;
    if (link.next === undefined) this.#last = link.previous;
    else link.next.previous = link.previous;
    link.queue = undefined;
    this.#size -= 1;
  }
}
