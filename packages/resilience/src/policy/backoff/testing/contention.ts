import type { Random } from '../../../clock/random.ts';
import type { Backoff } from '../backoff.ts';

/** What a crowd of clients cost until each had written once. */
export interface Contention {
  /** Conditional writes, those that failed included. */
  readonly calls: number;
  /** When the last client had its answer, in simulated ms. */
  readonly ms: number;
}

interface Client {
  due: number;
  phase: 'read' | 'write';
  seen: number;
  failures: number;
  previousMs: number | undefined;
}

/**
 * The AWS model of optimistic concurrency: one versioned row, each client updates it once. A client reads the version
 * and writes under the condition that it is unchanged; each of the four messages takes |Normal(10, 2)| ms. After its
 * n-th failure it waits what the backoff says; without a backoff it reads again at once.
 */
export function contend(clients: number, backoff: Backoff | undefined, random: Random): Contention {
  const latency = normal(random);
  const queue = new Queue();
  let version = 0;
  let calls = 0;
  let ms = 0;
  for (let index = 0; index < clients; index += 1) {
    queue.push({ due: latency(), phase: 'read', seen: 0, failures: 0, previousMs: undefined });
  }
  for (let client = queue.pop(); client !== undefined; client = queue.pop()) {
    const now = client.due;
    if (client.phase === 'read') {
      client.seen = version;
      client.phase = 'write';
      client.due = now + latency() + latency();
      queue.push(client);
      continue;
    }
    calls += 1;
    const answered = now + latency();
    if (client.seen === version) {
      version += 1;
      ms = Math.max(ms, answered);
      continue;
    }
    client.failures += 1;
    client.previousMs = backoff?.delayMs(client.failures, random, client.previousMs);
    client.phase = 'read';
    client.due = answered + (client.previousMs ?? 0) + latency();
    queue.push(client);
  }
  return { calls, ms };
}

/** Box-Muller, one of the pair. */
function normal(random: Random): () => number {
  return () => {
    const radius = Math.sqrt(-2 * Math.log(1 - random.next()));
    return Math.abs(10 + 2 * radius * Math.cos(2 * Math.PI * random.next()));
  };
}

/** A binary heap: the client whose event is next is popped first. */
class Queue {
  readonly #heap: Client[] = [];

  push(client: Client): void {
    const heap = this.#heap;
    let at = heap.length;
    for (let up = (at - 1) >> 1; at > 0; up = (at - 1) >> 1) {
      const parent = heap[up];
      if (parent === undefined || parent.due <= client.due) break;
      heap[at] = parent;
      at = up;
    }
    heap[at] = client;
  }

  pop(): Client | undefined {
    const heap = this.#heap;
    const first = heap[0];
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return first;
    let at = 0;
    for (;;) {
      const left = heap[2 * at + 1];
      const right = heap[2 * at + 2];
      const rightIsNext = right !== undefined && left !== undefined && right.due < left.due;
      const next = rightIsNext ? right : left;
      if (next === undefined || next.due >= last.due) break;
      heap[at] = next;
      at = 2 * at + (rightIsNext ? 2 : 1);
    }
    heap[at] = last;
    return first;
  }
}
