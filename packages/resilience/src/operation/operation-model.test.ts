import { expect, test } from 'vitest';
import { seededRandom } from '../clock/random.ts';
import type { Ledger } from './ledger.ts';
import { ledgerMemory, memoryLedger } from './memory-ledger.ts';
import type { MemoryTx } from './memory-tables.ts';
import type { Operation } from './operation-port.ts';
import { operation } from './operation.ts';
import { fakeSession } from './testing/fake-session.ts';
import type { FakePage } from './testing/fake-session.ts';
import { MortalWorld } from './testing/mortal-world.ts';
import type { Fault } from './testing/mortal-world.ts';
import { expectedPaths, pick, randomProgram } from './testing/random-program.ts';
import type { Thing } from './testing/random-program.ts';

type Op = Operation<FakePage, MemoryTx>;

const MOST_RUNS = 200;
const SEEDS = process.env['HOLDFAST_TEST_FULL'] === '1' ? 5_000 : 400;

/** Does what the program says; every step's result is checked to stay what it was. */
async function perform(op: Op, things: readonly Thing[], around: string, test: Trial): Promise<void> {
  const { world, values, random } = test;
  for (const thing of things) {
    const path = `${around}${thing.name}`;
    await world.breathe();
    if (thing.kind === 'step') {
      const value = await op.step(thing.name, async () => {
        await world.breathe();
        return random.next();
      });
      const known = values.get(path);
      if (known !== undefined) expect(value, path).toBe(known);
      values.set(path, value);
    } else if (thing.kind === 'commit') {
      await op.commit(thing.name, (tx) => tx.put('t', path, Number(tx.get('t', path) ?? 0) + 1));
    } else if (thing.kind === 'effect') {
      const truth = { verify: async () => ({ happened: world.sent.has(path) }) };
      world.open.add(path);
      await op
        .effect(
          thing.name,
          (lease) => lease.run((page) => world.act(path, () => page.lose())),
          thing.verify ? truth : {},
        )
        .finally(() => world.open.delete(path));
    } else if (thing.kind === 'range') {
      for await (const n of op.range(thing.name, 1, thing.items)) {
        await perform(op, thing.body, `${path}/${n}/`, test);
      }
    } else {
      const items = Array.from({ length: thing.items }, (_, index) => String(index + 1));
      await op.each(thing.name, items, { id: (id) => id, concurrency: thing.workers }, (id, item) =>
        perform(item, thing.body, `${path}/${id}/`, test),
      );
    }
  }
}

interface Trial {
  readonly world: MortalWorld;
  readonly values: Map<string, number>;
  readonly random: ReturnType<typeof seededRandom>;
}

/** One program, killed and resumed until it is done; then compared with what the program alone says. */
async function trial(
  seed: number,
  spoil: (ledger: Ledger<MemoryTx>) => Ledger<MemoryTx> = (ledger) => ledger,
): Promise<readonly Fault[]> {
  const random = seededRandom(seed);
  const things = randomProgram(random);
  const world = new MortalWorld(random, pick(random, 8));
  const values = new Map<string, number>();
  const memory = ledgerMemory();
  for (let runs = 1; ; runs += 1) {
    expect(runs, 'the program gets nowhere').toBeLessThan(MOST_RUNS);
    const killed = world.begin();
    const ledger = world.mortal(spoil(memoryLedger({ memory })));
    const maxItems = random.next() < 0.3 ? 1 + pick(random, 3) : Number.POSITIVE_INFINITY;
    const running = operation('a', { ledger, session: fakeSession(), maxItems }, (op) =>
      perform(op, things, '', { world, values, random }),
    );
    const end = await Promise.race([running.catch((error: unknown) => ({ error })), killed]);
    if (end === 'killed') {
      world.learn(await memoryLedger({ memory }).entries('a'));
      continue;
    }
    if ('error' in end) {
      const codes = end.error instanceof AggregateError ? end.error.errors : [end.error];
      for (const error of codes) expect(error).toMatchObject({ message: /^(refused|reset)|was lost/ });
    } else if (end.state === 'done') {
      await compare(things, world, memory, end.inDoubt);
      return world.fired;
    }
  }
}

async function compare(
  things: readonly Thing[],
  world: MortalWorld,
  memory: ReturnType<typeof ledgerMemory>,
  inDoubt: readonly string[],
): Promise<void> {
  const ledger = memoryLedger({ memory });
  const entries = new Map((await ledger.entries('a')).map((entry) => [entry.path, entry.state]));
  const commits = expectedPaths(things, ({ kind }) => kind === 'commit');
  expect(Object.fromEntries(ledger.table('t'))).toEqual(Object.fromEntries(commits.map((path) => [path, 1])));
  const done = ['step', 'commit', 'range', 'each'];
  for (const path of expectedPaths(things, ({ kind }) => done.includes(kind))) {
    expect([path, entries.get(path)]).toEqual([path, 'done']);
  }
  const sure = expectedPaths(things, (thing) => thing.kind === 'effect' && thing.verify);
  const unsure = expectedPaths(things, (thing) => thing.kind === 'effect' && !thing.verify);
  expect([...world.sent.keys()].filter((path) => ![...sure, ...unsure].includes(path))).toEqual([]);
  for (const path of sure) {
    expect([path, world.sent.get(path), entries.get(path)]).toEqual([path, 1, 'done']);
  }
  for (const path of unsure) {
    const sent = world.sent.get(path) ?? 0;
    const isParked = inDoubt.includes(path);
    expect([path, sent <= 1, isParked || sent === 1]).toEqual([path, true, true]);
    expect([path, entries.get(path)]).toEqual([path, isParked ? 'in-doubt' : 'done']);
    if (isParked) expect([path, world.uncertain.has(path)]).toEqual([path, true]);
  }
}

const named = async <T>(seed: number, run: () => Promise<T>): Promise<T> => {
  try {
    return await run();
  } catch (error) {
    throw new Error(`seed ${seed}: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  }
};

test(`${SEEDS} random programs, killed anywhere: commits and verified effects once, nothing lost, doubts listed`, async () => {
  const fired = new Map<Fault, number>();
  for (let seed = 1; seed <= SEEDS; seed += 1) {
    for (const fault of await named(seed, () => trial(seed))) fired.set(fault, (fired.get(fault) ?? 0) + 1);
  }
  expect([...fired.keys()].toSorted()).toEqual([
    'crash after act',
    'crash after write',
    'crash before act',
    'crash before write',
    'lost after act',
    'lost before act',
    'refused',
    'reset after act',
    'reset before act',
  ]);
  expect(Math.min(...fired.values())).toBeGreaterThan(SEEDS / 40);
});

test.each<[string, (kind: string, state: string) => boolean]>([
  ['intents', (_, state) => state === 'intent'],
  ['confirmations', (kind, state) => kind === 'effect' && state === 'done'],
])('the comparison notices a ledger that forgets %s', async (_, forgets) => {
  const forgetful = (ledger: Ledger<MemoryTx>): Ledger<MemoryTx> => ({
    ...ledger,
    claim: async (key) => {
      const claim = await ledger.claim(key);
      return {
        ...claim,
        put: async (entry) => (forgets(entry.kind, entry.state) ? undefined : await claim.put(entry)),
      };
    },
  });
  const failed: number[] = [];
  for (let seed = 1; seed <= 60; seed += 1) {
    await trial(seed, forgetful).catch(() => failed.push(seed));
  }
  expect(failed.length).toBeGreaterThan(0);
});
