import { expect, test } from 'vitest';
import type { PageInHand } from '../../src/ingest/deadly-pages.ts';
import type { DeadlyWork } from '../../src/model/engine-message.ts';
import type { Answer, Transport } from '../../src/transport/port.ts';
import { virtualMachine } from './virtual-engine.ts';

/** One life of an engine: once it is dead, nothing that it still does has an effect. */
interface Life {
  isDead: boolean;
}

const never = <T>(): Promise<T> => new Promise<T>(() => undefined);

/**
 * A machine whose engines die while they read an answer that holds the metadata of one record, and the supervisor's
 * memory of what was in hand then.
 */
function deadlyMachine() {
  const hands = new Map<string, PageInHand>();
  let deadly: readonly DeadlyWork[] = [];
  let life: Life = { isDead: false };
  const wrap = (transport: Transport): Transport => ({
    ...transport,
    send: async (exchange, signal) => {
      const mine = life;
      if (mine.isDead) return never();
      return dying(await transport.send(exchange, signal), mine);
    },
  });
  const machine = virtualMachine({ wrap, records: 40 });
  const poison = [...machine.upstream.truth()][17]?.id ?? 'none';
  // What is read of an answer is its body: the engine dies in the middle of it, with the page in hand.
  const dying = (answer: Answer, mine: Life): Answer => {
    const body = Buffer.from(answer.body);
    if (!body.includes('<metadata>') || !body.includes(poison)) return answer;
    return Object.defineProperty({ ...answer }, 'body', {
      get: () => {
        mine.isDead = true;
        return body.subarray(0, 10);
      },
    });
  };
  const isPage =
    (page: PageInHand) =>
    ({ window, cursor }: DeadlyWork): boolean =>
      window === page.window && cursor === page.cursor;
  const liveOnce = async () => {
    life = { isDead: false };
    const mine = life;
    const store = new Proxy(machine.store, {
      get: (target, name) => {
        const member: unknown = Reflect.get(target, name, target);
        if (typeof member !== 'function') return member;
        return (...args: unknown[]): unknown =>
          mine.isDead ? never() : (Reflect.apply(member, target, args) as unknown);
      },
    });
    const onInHand = (source: string, page: PageInHand | null): void => {
      if (mine.isDead) return;
      const before = hands.get(source);
      if (before !== undefined && (page === null || !isPage(page)({ ...before, source, deaths: 0 })))
        deadly = deadly.filter((each) => !isPage(before)(each));
      if (page === null) hands.delete(source);
      else hands.set(source, page);
    };
    const run = machine.start({ once: true, store, deadly, onInHand });
    await run.until(() => run.ended() !== null || mine.isDead, 20_000);
    if (!mine.isDead) return run;
    for (const [source, page] of hands) {
      const deaths = (deadly.find(isPage(page))?.deaths ?? 0) + 1;
      deadly = [...deadly.filter((each) => !isPage(page)(each)), { source, ...page, deaths }];
    }
    hands.clear();
    machine.store.reopen();
    return run;
  };
  return { ...machine, poison, liveOnce };
}

test('a page that kills engines is set aside, tried alone, and narrowed to a visible gap; everything else arrives', async () => {
  const { store, upstream, poison, liveOnce } = deadlyMachine();
  const fates: string[] = [];
  let deaths = 0;
  for (let ended: unknown = null; ended !== 'finished' && deaths < 60;) {
    const run = await liveOnce();
    for (const event of run.events) if (event.kind === 'set-aside') fates.push(event.state);
    ended = run.ended();
    if (ended === null) deaths += 1;
    else expect(ended).toBe('finished');
  }
  expect(deaths).toBeGreaterThanOrEqual(4);
  expect(fates).toEqual(expect.arrayContaining(['set-aside', 'tried-alone', 'given-up']));
  const stored = new Set<string>();
  for await (const { fields } of store.export({})) stored.add(fields.id);
  const missing = [...upstream.truth()].map(({ id }) => id).filter((id) => !stored.has(id));
  const gaps = await store.gaps();
  expect(missing).toEqual([poison]);
  expect(
    gaps.some(
      ({ id, reason, lastAnswer }) =>
        id === poison && `${reason} ${String(lastAnswer)}`.includes('engines died'),
    ),
  ).toBe(true);
});
