import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { check, type Fault, type Played } from '../../fault.ts';
import type { Stage } from '../../stage.ts';
import { Harvest } from './harvest.ts';
import { finish } from './outcome.ts';

/** What a start has to refuse, and say so. */
export const refusedFaults: readonly Fault[] = [
  {
    name: 'two instances',
    layer: 'process',
    about: 'three more runs and a second supervisor are started on a store that is being harvested',
    holds: 'each ends with 75 and says why, and the first one goes on undisturbed',
    quick: true,
    play: playTwo,
  },
  {
    name: 'wrong configuration',
    layer: 'process',
    about: 'a key of the configuration is misspelt, and whoever starts it starts it again and again',
    holds: 'each start ends with 78 and names the key, none asks the upstream; mended, it goes on',
    quick: true,
    play: playConfiguration,
  },
  {
    name: 'newer store',
    layer: 'process',
    about: 'an older version of the program is started on a store that a newer one has written',
    holds: 'it refuses and says so, the store is not touched, and the newer one goes on with it',
    quick: false,
    play: playNewer,
  },
  {
    name: 'state folder blocked',
    layer: 'process',
    about: 'the folder for what is remembered between runs cannot be made: a file is in its way',
    holds: 'it is told, nothing is asked, and once the file is gone it goes on by itself',
    quick: false,
    play: playBlocked,
  },
];

async function playTwo(stage: Stage): Promise<Played> {
  const harvest = await Harvest.prepare(stage, { source: { minIntervalMs: 250 } });
  harvest.supervise();
  await harvest.pages(2);
  const faultAt = Date.now();
  const started = [
    ...[1, 2, 3].map(() => harvest.product.run('run', '--once')),
    harvest.product.run('supervise'),
  ];
  const ended: number[] = [];
  for (const each of started)
    void each.then(
      () => ended.push(Date.now()),
      () => undefined,
    );
  // One that is not refused works on for ever.
  await harvest.until('that each of the others ends', () => ended.length === started.length);
  const detectMs = Math.min(...ended) - faultAt;
  const ends = await Promise.all(started);
  const atWork = harvest.events().every(({ kind }) => kind !== 'engine-exited');
  await harvest.caughtUp(0);
  const codes = ends.map(({ code }) => code);
  return finish(harvest, {
    injected: codes.filter((code) => code !== null).length,
    wanted: 4,
    faultAt,
    // It holds nobody up, so there is nothing to wait for.
    faultEnd: faultAt,
    detectMs,
    checks: [
      check(
        'each one ended with 75',
        codes.every((code) => code === 75),
        codes,
      ),
      check(
        'each one says why',
        ends.every(({ stderr }) => stderr.includes('Another engine')),
        ends[0]?.stderr,
      ),
      check('the first one was not disturbed', atWork && harvest.engines().length === 1, harvest.engines()),
    ],
    evidence: `ended with ${codes.join(', ')}`,
  });
}

async function playConfiguration(stage: Stage): Promise<Played> {
  const harvest = await Harvest.prepare(stage);
  const first = harvest.supervise();
  await harvest.pages(3);
  await harvest.stop();
  await first.ended;
  const file = join(harvest.product.folder, 'holdfast.config.json');
  const right = readFileSync(file, 'utf8');
  writeFileSync(file, right.replace('"metadataPrefix"', '"metadataPrefx"'));
  const faultAt = Date.now();
  const before = harvest.ledger.exchanges.length;
  const ends = [];
  for (let time = 0; time < 2; time += 1) ends.push(await harvest.product.run('supervise'));
  const told = Date.now();
  const asked = harvest.ledger.exchanges.length - before;
  writeFileSync(file, right);
  const faultEnd = Date.now();
  harvest.supervise();
  await harvest.caughtUp(faultEnd);
  const codes = ends.map(({ code }) => code);
  return finish(harvest, {
    injected: codes.filter((code) => code !== null).length,
    wanted: 2,
    faultAt,
    faultEnd,
    detectMs: Math.round((told - faultAt) / ends.length),
    checks: [
      check(
        'each start ended with 78',
        codes.every((code) => code === 78),
        codes,
      ),
      check(
        'it names the key',
        ends.every(({ stderr }) => stderr.includes('metadataPrefx')),
        ends[0]?.stderr,
      ),
      check('nothing was asked', asked === 0, asked, 'I8'),
    ],
    evidence: (ends[0]?.stderr ?? '').split('\n')[0] ?? '',
  });
}

async function playNewer(stage: Stage): Promise<Played> {
  const harvest = await Harvest.prepare(stage);
  const first = harvest.supervise();
  await harvest.pages(3);
  await harvest.stop();
  await first.ended;
  const file = join(harvest.product.folder, 'data', 'holdfast.db');
  const version = versionOf(file);
  writeVersion(file, version + 1);
  const raised = versionOf(file);
  const bytes = readFileSync(file);
  const faultAt = Date.now();
  const before = harvest.ledger.exchanges.length;
  const ended = await harvest.product.run('run', '--once', '--deadline', '20s');
  const detectMs = Date.now() - faultAt;
  const asked = harvest.ledger.exchanges.length - before;
  const readers = [];
  for (const verb of READERS) readers.push((await harvest.product.run(...verb)).code);
  const untouched = versionOf(file) === version + 1 && readFileSync(file).equals(bytes);
  writeVersion(file, version);
  const faultEnd = Date.now();
  harvest.supervise();
  await harvest.caughtUp(faultEnd);
  return finish(harvest, {
    injected: Number(raised === version + 1),
    wanted: 1,
    faultAt,
    faultEnd,
    detectMs,
    checks: [
      check('it refuses at once, with 78, and does not try again and again', ended.code === 78, ended.code),
      check(
        'who only reads is refused in the same way',
        readers.every((code) => code === 78),
        readers,
      ),
      check(
        'it says that the store is newer',
        /newer|upgrade|update/i.test(ended.stderr),
        ended.stderr.slice(0, 300),
      ),
      check('the store is not touched', untouched, 'its bytes are others', 'I3'),
      check('nothing was asked', asked === 0, asked, 'I8'),
    ],
    evidence: `ended with ${String(ended.code)}: ${(ended.stderr.split('\n')[0] ?? '').slice(0, 120)}`,
  });
}

/** Commands that look at the store and change nothing. */
const READERS = [['status'], ['search', 'a'], ['verify'], ['export', '--format', 'jsonl']] as const;

async function playBlocked(stage: Stage): Promise<Played> {
  const harvest = await Harvest.prepare(stage);
  const state = join(harvest.product.folder, 'state');
  const aside = `${state}.aside`;
  renameSync(state, aside);
  writeFileSync(state, 'in the way');
  const faultAt = Date.now();
  harvest.supervise();
  await harvest.until(
    'two engines that could not start',
    () => harvest.events().filter(({ kind }) => kind === 'engine-exited').length >= 2,
  );
  const asked = harvest.ledger.exchanges.length;
  const stored = existsSync(state);
  rmSync(state);
  renameSync(aside, state);
  const faultEnd = Date.now();
  await harvest.caughtUp(faultEnd);
  return finish(harvest, {
    injected: Number(stored),
    wanted: 1,
    faultAt,
    faultEnd,
    detected: ({ code }) => code === 'ENOTDIR',
    checks: [check('nothing was asked without a memory of what was asked', asked === 0, asked, 'I8')],
    evidence: `${String(harvest.engines().length)} engines until it could be made`,
  });
}

function versionOf(file: string): number {
  const database = new DatabaseSync(file);
  try {
    return Number(database.prepare('PRAGMA user_version').get()?.['user_version']);
  } finally {
    database.close();
  }
}

function writeVersion(file: string, version: number): void {
  const database = new DatabaseSync(file);
  database.exec(`PRAGMA user_version = ${String(version)}`);
  database.close();
}
