import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { seededRandom } from '../../src/clock/random.ts';
import type { Random } from '../../src/clock/random.ts';
import { sqliteLedger } from '../../src/operation/sqlite.ts';
import { startOutside } from './operation/outside.ts';
import type { KillPlan, Outside } from './operation/outside.ts';
import { startSender } from './operation/start-sender.ts';
import type { Sender, SenderEnd } from './operation/start-sender.ts';

const MATCHES = 8;
const KILLS = process.env['HOLDFAST_TEST_FULL'] === '1' ? 60 : 20;
const NAMES = [
  ...Array.from({ length: MATCHES }, (_, index) => `match-${index + 1}`),
  ...['a', 'b', 'c', 'd', 'e', 'f'].map((letter) => `inbox-${letter}`),
];
/** Those whose effect has a verify. */
const SURE = NAMES.filter((name) => /[2468ace]$/.test(name) && name !== 'match-a');

let folder: string;
let outside: Outside;
const senders: Sender[] = [];

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'holdfast-operation-'));
  outside = await startOutside(MATCHES);
});

afterEach(async () => {
  for (const sender of senders.splice(0)) sender.signal('SIGKILL');
  await outside.close();
  rmSync(folder, { recursive: true, force: true });
});

function start(plan: KillPlan | null, version = 'first', file = join(folder, 'ledger.db')): Sender {
  const sender = startSender(file, outside.url, version);
  senders.push(sender);
  outside.plan(plan, () => sender.signal('SIGKILL'));
  return sender;
}

function randomPlan(random: Random): KillPlan {
  const dice = random.next();
  return {
    atRequest: 1 + Math.floor(random.next() * 6),
    moment: dice < 0.3 ? 'before' : dice < 0.6 ? 'after' : Math.floor(random.next() * 12),
  };
}

const pathOf = (name: string): string => `${name.replace('-', '/')}/send`;

/** What the world, the data and the ledger say after an operation is done. */
async function examine(end: SenderEnd, file: string): Promise<number> {
  expect(end).toMatchObject({ signal: null, said: { state: 'done' } });
  const inDoubt = end.said['inDoubt'] as readonly string[];
  for (const name of NAMES) {
    const times = outside.sent.get(name) ?? 0;
    if (SURE.includes(name)) expect([name, times, inDoubt.includes(pathOf(name))]).toEqual([name, 1, false]);
    else
      expect([name, times <= 1, times === 1 || inDoubt.includes(pathOf(name))]).toEqual([name, true, true]);
  }
  const database = new DatabaseSync(file, { readOnly: true });
  const rows = database.prepare('SELECT name, count(*) AS n FROM seen GROUP BY name ORDER BY name').all();
  const { integrity_check: integrity } = database.prepare('PRAGMA integrity_check').get() ?? {};
  database.close();
  expect(rows).toEqual(NAMES.toSorted().map((name) => ({ name, n: 1 })));
  expect(integrity).toBe('ok');
  const ledger = sqliteLedger(file);
  const items = (await ledger.entries('messages')).filter(({ kind }) => kind === 'item');
  await ledger.close();
  expect(items.filter(({ state }) => state === 'done')).toHaveLength(NAMES.length);
  return inDoubt.length;
}

test(`killed at ${KILLS} random moments: every item done, each message sent once or in doubt`, async () => {
  const seed = Number(process.env['HOLDFAST_TEST_SEED'] ?? 20261122);
  const random = seededRandom(seed);
  const moments = new Map<string, number>();
  let kills = 0;
  let doubts = 0;
  try {
    for (let round = 1; kills < KILLS; round += 1) {
      const file = join(folder, `${round}.db`);
      await outside.close();
      outside = await startOutside(MATCHES);
      for (;;) {
        const plan = randomPlan(random);
        const end = await start(plan, 'first', file).end;
        if (end.signal === null) {
          doubts += await examine(end, file);
          break;
        }
        expect(end.signal).toBe('SIGKILL');
        kills += 1;
        const moment = typeof plan.moment === 'number' ? 'between' : plan.moment;
        moments.set(moment, (moments.get(moment) ?? 0) + 1);
      }
    }
  } catch (error) {
    throw new Error(`seed ${seed}, kill ${kills}: ${String(error)}`, { cause: error });
  }
  expect(kills).toBeGreaterThanOrEqual(KILLS);
  expect([...moments.keys()].toSorted()).toEqual(['after', 'before', 'between']);
  // Effects without verify were hit too, else this proves little.
  expect(doubts).toBeGreaterThan(0);
}, 300_000);

test('a program that was written anew with the same steps goes on where the old one was killed', async () => {
  expect(await start({ atRequest: 8, moment: 5 }).end).toMatchObject({ signal: 'SIGKILL' });
  const before = outside.reads;
  expect(before).toBeGreaterThan(0);
  const end = await start(null, 'upgraded').end;
  await examine(end, join(folder, 'ledger.db'));
  expect(end.said).toMatchObject({ resumed: true });
  expect(end.said['itemsBefore']).toBeGreaterThan(0);
  expect(outside.reads).toBeLessThanOrEqual(NAMES.length + 1);
});

test('a program with a renamed step is refused before it does anything, and the old one still goes on', async () => {
  expect(await start({ atRequest: 3, moment: 'after' }).end).toMatchObject({ signal: 'SIGKILL' });
  const [reads, sent] = [outside.reads, outside.sent.size];
  const end = await start(null, 'renamed').end;
  expect(end.said).toMatchObject({ code: 'ERR_OPERATION_CHANGED' });
  expect(end.said['message']).toContain('was step "read", and now step "fetch"');
  expect([outside.reads, outside.sent.size]).toEqual([reads, sent]);
  await examine(await start(null).end, join(folder, 'ledger.db'));
});

test('a run is owned by its process while that lives, even stopped, and taken over at once when it is killed', async () => {
  const reached = outside.hold('/count');
  const owner = start(null);
  await reached;
  expect((await start(null).end).said).toMatchObject({ code: 'ERR_OPERATION_BUSY' });
  owner.signal('SIGSTOP');
  try {
    expect((await start(null).end).said).toMatchObject({ code: 'ERR_OPERATION_BUSY' });
  } finally {
    owner.signal('SIGCONT');
  }
  owner.signal('SIGKILL');
  expect(await owner.end).toMatchObject({ signal: 'SIGKILL' });
  void outside.hold('nothing');
  await examine(await start(null).end, join(folder, 'ledger.db'));
});
