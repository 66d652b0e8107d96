import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Stream, Toxic } from './toxic.ts';

/** What a link is made of. */
export interface LinkOptions {
  readonly number: number;
  readonly client: Socket;
  readonly upstream: Socket;
  /** The toxics that are at work now. */
  readonly toxics: () => readonly Toxic[];
  readonly dice: () => number;
}

/** What the toxics have made of a chunk: what may pass, and what comes after. */
interface Passage {
  readonly pieces: readonly Buffer[];
  readonly pauseMs: number;
  readonly after: 'go on' | 'close' | 'reset';
}

/** One connection through the proxy: two streams, each with its toxics. */
export class Link {
  readonly #options: LinkOptions;
  readonly #chosen = new Map<Toxic, boolean>();
  readonly #passed = new Map<Toxic, number>();
  readonly #ended = new AbortController();

  constructor(options: LinkOptions) {
    this.#options = options;
    const { client, upstream } = options;
    for (const socket of [client, upstream]) {
      // What either side does to its connection is the fault's doing; the other side learns of it by the pump.
      socket.on('error', () => undefined);
      socket.once('close', () => this.#ended.abort());
    }
    void this.#pump(client, upstream, 'upstream');
    void this.#pump(upstream, client, 'downstream');
  }

  /** Ends both sides at once; `reset`: with an RST, as far as the platform has one. */
  destroy(how: 'close' | 'reset' = 'close'): void {
    this.#ended.abort();
    for (const socket of [this.#options.client, this.#options.upstream]) {
      if (how === 'reset' && !socket.destroyed && 'resetAndDestroy' in socket) socket.resetAndDestroy();
      else socket.destroy();
    }
  }

  async #pump(from: Socket, to: Socket, stream: Stream): Promise<void> {
    try {
      for await (const chunk of from.iterator({ destroyOnReturn: false }))
        if (!(await this.#pass(chunk as Buffer, to, stream))) return;
      await this.#beforeEnd(stream);
      to.end();
    } catch {
      to.destroy();
      from.destroy();
    }
  }

  /** Sends what the toxics leave of a chunk. False: the link is over. */
  async #pass(chunk: Buffer, to: Socket, stream: Stream): Promise<boolean> {
    const cameAt = performance.now();
    let pieces: readonly Buffer[] = [chunk];
    let pauseMs = 0;
    let after: Passage['after'] = 'go on';
    for (const toxic of this.#struckBy(stream)) {
      const passage = await this.#apply(toxic, pieces, cameAt);
      pieces = passage.pieces;
      pauseMs = Math.max(pauseMs, passage.pauseMs);
      if (passage.after !== 'go on') after = passage.after;
    }
    for (const [index, piece] of pieces.entries()) {
      if (index > 0 || pauseMs > 1) await this.#sleep(pauseMs);
      if (!to.write(piece)) await drained(to, this.#ended.signal);
    }
    if (after === 'reset') this.destroy('reset');
    if (after === 'close') {
      to.end();
      this.#sides(stream)[1].destroy();
    }
    return after === 'go on';
  }

  async #apply(toxic: Toxic, pieces: readonly Buffer[], cameAt: number): Promise<Passage> {
    const { spec } = toxic;
    const bytes = pieces.reduce((sum, { length }) => sum + length, 0);
    const go = (passed: readonly Buffer[], pauseMs = 0, after: Passage['after'] = 'go on'): Passage => ({
      pieces: passed,
      pauseMs,
      after,
    });
    const strike = (): void => toxic.strike(this.#options.number, bytes);
    switch (spec.type) {
      case 'latency': {
        const { latency, jitter = 0 } = spec.attributes;
        strike();
        await this.#sleep(
          latency + (this.#options.dice() * 2 - 1) * jitter - (performance.now() - cameAt),
          toxic,
        );
        return go(pieces);
      }
      case 'bandwidth': {
        strike();
        const { rate } = spec.attributes;
        const size = Math.max(1, Math.round(rate * 50));
        return go(
          cut(pieces, () => size),
          Math.min(bytes / rate, 50),
        );
      }
      case 'slicer': {
        strike();
        const { average_size, size_variation = 0, delay = 0 } = spec.attributes;
        const size = (): number =>
          Math.max(1, Math.round(average_size + (this.#options.dice() * 2 - 1) * size_variation));
        return go(cut(pieces, size), delay / 1000);
      }
      case 'limit_data':
        return this.#upTo(toxic, pieces, spec.attributes.bytes, 'close');
      case 'reset_peer': {
        const passage = this.#upTo(toxic, pieces, spec.attributes.bytes ?? 0, 'reset');
        if (passage.after === 'reset') await this.#sleep(spec.attributes.timeout, toxic);
        return passage;
      }
      case 'timeout': {
        const passage = this.#upTo(toxic, pieces, spec.attributes.bytes ?? 0, 'close');
        if (passage.after === 'go on') return passage;
        const [to] = this.#sides(toxic.stream);
        for (const piece of passage.pieces) to.write(piece);
        // The rest is gone: whatever came after it would be another stream. The toxic's end closes it.
        await this.#sleep(spec.attributes.timeout === 0 ? Infinity : spec.attributes.timeout, toxic);
        return go([], 0, 'close');
      }
      case 'slow_close':
        return go(pieces);
    }
  }

  /** Where a stream goes, and whence it comes. */
  #sides(stream: Stream): readonly [Socket, Socket] {
    const { client, upstream } = this.#options;
    return stream === 'downstream' ? [client, upstream] : [upstream, client];
  }

  #upTo(toxic: Toxic, pieces: readonly Buffer[], most: number, after: 'close' | 'reset'): Passage {
    const before = this.#passed.get(toxic) ?? 0;
    const whole = Buffer.concat(pieces);
    const rest = whole.subarray(0, Math.max(0, most - before));
    this.#passed.set(toxic, before + rest.length);
    if (rest.length === whole.length && before + rest.length < Math.max(most, 1))
      return { pieces, pauseMs: 0, after: 'go on' };
    toxic.strike(this.#options.number, whole.length - rest.length);
    return { pieces: rest.length === 0 ? [] : [rest], pauseMs: 0, after };
  }

  async #beforeEnd(stream: Stream): Promise<void> {
    for (const toxic of this.#struckBy(stream)) {
      if (toxic.spec.type !== 'slow_close' && toxic.spec.type !== 'timeout') continue;
      toxic.strike(this.#options.number, 0);
      await this.#sleep(
        toxic.spec.type === 'slow_close'
          ? toxic.spec.attributes.delay
          : toxic.spec.attributes.timeout || Infinity,
        toxic,
      );
    }
  }

  /** Toxics of a stream that strike this connection: diced once for each. */
  #struckBy(stream: Stream): readonly Toxic[] {
    return this.#options.toxics().filter((toxic) => {
      if (toxic.stream !== stream) return false;
      const known = this.#chosen.get(toxic) ?? this.#options.dice() < (toxic.spec.toxicity ?? 1);
      this.#chosen.set(toxic, known);
      return known;
    });
  }

  /** Ends early when the toxic is removed. @throws when the link ends */
  async #sleep(ms: number, toxic?: Toxic): Promise<void> {
    const ended = this.#ended.signal;
    const early = toxic?.gone.signal;
    const signal = early === undefined ? ended : AbortSignal.any([ended, early]);
    if (ms <= 0 && !signal.aborted) return;
    await sleep(Math.min(ms, 2 ** 31 - 1), undefined, { signal }).catch(() => undefined);
    ended.throwIfAborted();
  }
}

function cut(pieces: readonly Buffer[], size: () => number): readonly Buffer[] {
  const whole = Buffer.concat(pieces);
  const cuts: Buffer[] = [];
  for (let at = 0; at < whole.length;) {
    const next = at + size();
    cuts.push(whole.subarray(at, next));
    at = next;
  }
  return cuts;
}

function drained(socket: Socket, signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  socket.once('drain', resolve);
  socket.once('close', () => resolve());
  signal.addEventListener('abort', () => resolve(), { once: true });
  return promise;
}
