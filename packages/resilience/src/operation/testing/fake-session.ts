import { classify } from '../../classify/classify.ts';
import type { Lease } from '../../session/lease.ts';
import { SessionLostError } from '../../session/session-lost-error.ts';
import { StaleLeaseError } from '../../session/stale-lease-error.ts';
import type { SupervisedSession } from '../../session/supervised-session.ts';

/** What a lease of the fake session lends: its number, and a way to lose it. */
export interface FakePage {
  readonly page: number;
  /** The session is lost, as by a killed browser. */
  lose(): void;
}

/** A session that repeats work on the next generation after a loss, and counts. */
export interface FakeSession extends SupervisedSession<FakePage> {
  readonly opened: number;
  readonly out: number;
  lose(): void;
}

/** A session without a driver. `maxLeases` queue as in a real one. */
export function fakeSession(options: { readonly maxLeases?: number } = {}): FakeSession {
  let generation = 1;
  let opened = 0;
  let out = 0;
  const live = new Set<AbortController>();
  const waiting: (() => void)[] = [];
  const lose = (): void => {
    const report = { cause: 'disconnected' } as const;
    const lost = [...live];
    live.clear();
    for (const each of lost) {
      each.abort(new SessionLostError({ session: 'fake', generation, report, scope: 'session' }));
    }
    generation += 1;
  };
  const lease = async ({ signal }: { readonly signal?: AbortSignal } = {}): Promise<Lease<FakePage>> => {
    signal?.throwIfAborted();
    while (out >= (options.maxLeases ?? Number.POSITIVE_INFINITY)) {
      await new Promise<void>((resolve) => {
        waiting.push(resolve);
      });
    }
    out += 1;
    opened += 1;
    const controller = new AbortController();
    live.add(controller);
    return fakeLease({ page: opened, lose }, generation, controller, () => {
      out -= 1;
      live.delete(controller);
      waiting.shift()?.();
    });
  };
  const session: Partial<FakeSession> = {
    lose,
    lease,
    use: async (work, { signal } = {}) => {
      for (let attempt = 1; ; attempt += 1) {
        const lent = await lease(signal === undefined ? {} : { signal });
        try {
          return await work(lent);
        } catch (error) {
          const scope = classify(error).scope;
          if (attempt >= 10 || signal?.aborted === true || (scope !== 'session' && scope !== 'page'))
            throw error;
        } finally {
          await lent.release();
        }
      }
    },
    get opened() {
      return opened;
    },
    get out() {
      return out;
    },
  };
  return session as FakeSession;
}

function fakeLease(
  page: FakePage,
  generation: number,
  controller: AbortController,
  back: () => void,
): Lease<FakePage> {
  let isBack = false;
  const stale = (): boolean => isBack || controller.signal.aborted;
  const release = async (): Promise<void> => {
    if (!isBack) back();
    isBack = true;
  };
  const assertFresh = (): void => {
    if (stale()) throw new StaleLeaseError('fake', generation);
  };
  return {
    get resource() {
      assertFresh();
      return page;
    },
    generation,
    signal: controller.signal,
    get stale() {
      return stale();
    },
    run: async (call) => {
      assertFresh();
      const { promise, reject } = Promise.withResolvers<never>();
      controller.signal.addEventListener('abort', () => reject(controller.signal.reason), { once: true });
      return await Promise.race([call(page), promise]);
    },
    report: (error) => classify(error),
    release,
    [Symbol.asyncDispose]: release,
  };
}
