import {
  copyFileSync,
  existsSync,
  linkSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { systemClock, VirtualClock } from '@holdfast/resilience/clock';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Incident } from '../model/incident.ts';
import { openPlain } from '../store/sqlite/database.ts';
import { openReader, openStore } from '../store/sqlite/index.ts';
import type { SqliteStore } from '../store/sqlite/index.ts';
import { all, Harvest, leased, page, paper } from '../store/testing/fixtures.ts';
import { clearLeftovers, lastBackup, listBackups } from './folder.ts';
import { lockFolder } from './lock.ts';
import { makeBackup } from './make-backup.ts';
import type { BackupReport } from './make-backup.ts';
import { restoreStore } from './restore.ts';
import { runBackup } from './run-backup.ts';

const folders: string[] = [];
const open: SqliteStore[] = [];
afterEach(async () => {
  for (const store of open.splice(0)) await store.close();
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

const T0 = Date.UTC(2026, 10, 22, 10);
const DAY = 86_400_000;

interface Bench {
  readonly folder: string;
  readonly file: string;
  readonly backups: string;
  readonly clock: VirtualClock;
  backup(options?: { keep?: number; to?: string }): Promise<BackupReport>;
}

interface OpenBench extends Bench {
  readonly store: SqliteStore;
  /** Goes on in the window that the store was made with. */
  readonly harvest: Harvest;
}

/** A closed store with two records, which every test gets a copy of: making one takes longer than most tests. */
let pattern = '';
beforeAll(async () => {
  pattern = join(mkdtempSync(join(tmpdir(), 'holdfast-backup-')), 'holdfast.db');
  const store = await openStore({ file: pattern, clock: new VirtualClock({ start: T0 }) });
  const harvest = new Harvest(store, await leased(store));
  const items = [paper({ id: 'a', title: 'One' }), paper({ id: 'b' })];
  await harvest.add(items, { next: { cursor: '{"page":1}' }, page: page('1') });
  await store.close();
});
afterAll(() => rmSync(dirname(pattern), { recursive: true }));

function bench(): Bench {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-backup-'));
  folders.push(folder);
  const file = join(folder, 'holdfast.db');
  copyFileSync(pattern, file);
  const backups = join(folder, 'backups');
  const clock = new VirtualClock({ start: T0 });
  const backup = ({ keep = 7, to }: { keep?: number; to?: string } = {}): Promise<BackupReport> =>
    makeBackup({ store: file, folder: backups, to: to ?? null, keep }, clock);
  return { folder, file, backups, clock, backup };
}

/** Its store is open, as an engine has it. */
async function opened(): Promise<OpenBench> {
  const closed = bench();
  const store = await openStore({ file: closed.file, clock: closed.clock });
  open.push(store);
  return { ...closed, store, harvest: new Harvest(store, await leased(store)) };
}

function restore({ file, clock }: Bench, backup: string) {
  let ids = 0;
  const uniqueId = (): string => `id-${String((ids += 1))}`;
  return restoreStore({ backup, store: file, clock, uniqueId, overlapDays: () => 7 });
}

async function idsOf(file: string): Promise<readonly string[]> {
  const reader = openReader({ file });
  try {
    return (await all(reader.export({}))).map(({ fields }) => fields.id);
  } finally {
    await reader.close();
  }
}

/** Changes the store's file behind the engine's back. */
/** Something was once found not to be what was written. */
const damage: Incident = {
  id: 'integrity:store:1',
  cause: 'integrity',
  scope: 'store',
  layer: 'storage',
  summary: 'the store does not hold what was written',
  sources: [],
  startedAt: T0,
  detectedAt: T0,
  recoveredAt: null,
  count: 1,
  actions: [],
  nextAttemptAt: null,
  recordsAffected: 0,
};

function tamper(file: string, sql: string): void {
  const db = openPlain(file);
  db.exec(sql);
  db.close();
}

describe('a backup', () => {
  it('is a whole store under a name of its time, described beside it, while the store is open', async () => {
    const made = await opened();
    const { ok, file, sidecar } = await made.backup();
    expect(ok).toBe(true);
    expect(file).toBe(join(made.backups, 'holdfast-20261122T100000Z.db'));
    expect(readdirSync(made.backups).filter((name) => !name.startsWith('.'))).toEqual([
      'holdfast-20261122T100000Z.db',
      'holdfast-20261122T100000Z.db.json',
    ]);
    const identity = await made.store.identity();
    expect(sidecar).toMatchObject({
      epoch: identity.epoch,
      lastSeq: '2',
      batch: String(identity.batch),
      chain: identity.chain,
      records: 2,
      sources: [{ id: 's', records: 2, windows: 1 }],
      test: { ok: true, problems: [] },
    });
    expect(JSON.parse(readFileSync(`${file}.json`, 'utf8'))).toEqual(sidecar);
    expect(await idsOf(file)).toEqual(['a', 'b']);
    expect(lastBackup(made.backups, made.file, T0)).toEqual({
      at: '2026-11-22T10:00:00.000Z',
      ok: true,
      file,
      lastSuccessAt: '2026-11-22T10:00:00.000Z',
    });
  });

  it('holds what is only in the log of the store, which a copy of the file alone would lack', async () => {
    const made = await opened();
    await made.harvest.add([paper({ id: 'c' })], { next: { cursor: '{"page":2}' } });
    const alone = join(made.folder, 'alone.db');
    copyFileSync(made.file, alone);
    expect(await idsOf(alone)).toEqual(['a', 'b']);
    expect(await idsOf((await made.backup()).file)).toEqual(['a', 'b', 'c']);
  });

  it('is made in a process of its own, which a signal ends and the next one tidies up after', async () => {
    const made = bench();
    const job = { store: made.file, folder: made.backups, to: null, keep: 7 };
    const ending = new AbortController();
    const killed = runBackup(job, ending.signal);
    ending.abort(new Error('enough'));
    await expect(killed).rejects.toThrow('enough');
    const report = await runBackup(job, new AbortController().signal);
    expect(report).toMatchObject({ ok: true, sidecar: { records: 2 } });
    expect(readdirSync(made.backups).filter((name) => name.includes('partial'))).toEqual([]);
    await expect(
      runBackup({ ...job, store: join(made.folder, 'none.db') }, new AbortController().signal),
    ).rejects.toMatchObject({ code: 'ERR_STORE_ABSENT' });
  });

  it('of a damaged store fails its test, is kept under another name and never pushes a good one out', async () => {
    const made = bench();
    const good = await made.backup({ keep: 1 });
    tamper(made.file, `UPDATE papers SET fields = replace(fields, 'One', 'Two')`);
    await made.clock.advance(DAY);
    for (let failures = 0; failures < 3; failures += 1) {
      const failed = await made.backup({ keep: 1 });
      expect(failed.ok).toBe(false);
      expect(failed.file).toMatch(/\.db\.failed$/);
      expect(failed.sidecar.test.problems.join()).toContain('s/a');
    }
    const found = listBackups(made.backups, made.file);
    expect(found.map(({ sidecar }) => sidecar.test.ok)).toEqual([false, true]);
    expect(existsSync(good.file)).toBe(true);
    expect(lastBackup(made.backups, made.file, T0 + DAY)).toMatchObject({
      ok: false,
      lastSuccessAt: '2026-11-22T10:00:00.000Z',
    });
  });

  it('fails its test when a cursor cannot be read', async () => {
    const made = await opened();
    await made.harvest.add([paper({ id: 'c' })], { next: { cursor: 'torn{' } });
    const failed = await made.backup();
    expect(failed.ok).toBe(false);
    expect(failed.sidecar.test.problems.join()).toContain('its cursor cannot be read');
  });

  it('is kept as long as it is among the newest; what we did not make, or for another store, is never touched', async () => {
    const made = bench();
    const first = await made.backup({ keep: 2 });
    const foreign = ['holdfast-20200101T000000Z.db', 'holdfast-20200102T000000Z.db', 'notes.txt'];
    for (const name of foreign) writeFileSync(join(made.backups, name), 'mine');
    const theirs = JSON.stringify({ ...first.sidecar, store: '/other/holdfast.db' });
    writeFileSync(join(made.backups, 'holdfast-20200102T000000Z.db.json'), theirs);
    const second = await made.backup({ keep: 2 });
    expect(second.file).toMatch(/T100000Z-2\.db$/);
    await made.clock.advance(DAY);
    const third = await made.backup({ keep: 2 });
    expect(third.removed).toEqual([first.file]);
    expect(listBackups(made.backups, made.file).map(({ file }) => file)).toEqual([third.file, second.file]);
    for (const name of foreign) expect(readFileSync(join(made.backups, name), 'utf8')).toBe('mine');
  });

  it('is not pushed out by one that a wrong clock dated into the future, nor is that one taken for the last', async () => {
    const made = bench();
    const job = { store: made.file, folder: made.backups, to: null, keep: 1 };
    const ahead = await makeBackup(job, { now: () => T0 + 900 * DAY });
    expect(lastBackup(made.backups, made.file, T0)).toBeNull();
    const now = await made.backup({ keep: 1 });
    expect(now.removed).toEqual([ahead.file]);
    expect(existsSync(now.file)).toBe(true);
  });

  it('goes to a file that is named, which retention leaves alone and which is never written over', async () => {
    const made = bench();
    const to = join(made.folder, 'elsewhere', 'mine.db');
    const report = await made.backup({ to, keep: 1 });
    expect(report).toMatchObject({ ok: true, file: to });
    await made.backup({ keep: 1 });
    await expect(made.backup({ to })).rejects.toMatchObject({ code: 'ERR_BACKUP_EXISTS' });
    expect(await idsOf(to)).toEqual(['a', 'b']);
  });

  it('is made by one at a time; what a killed one left is cleared, a sidecar without a copy too', async () => {
    const made = bench();
    const { file } = await made.backup();
    const lock = lockFolder(made.backups);
    await expect(made.backup()).rejects.toMatchObject({ code: 'ERR_BACKUP_BUSY' });
    lock.release();
    const left = ['holdfast-20261121T100000Z.db.partial', 'holdfast-20261121T100000Z.db.json.partial'];
    for (const name of left) writeFileSync(join(made.backups, name), 'half');
    const orphan = 'holdfast-20261121T110000Z.db.json';
    copyFileSync(`${file}.json`, join(made.backups, orphan));
    clearLeftovers(made.backups, made.file);
    const names = readdirSync(made.backups);
    for (const name of [...left, orphan]) expect(names).not.toContain(name);
    expect(names).toContain('holdfast-20261122T100000Z.db.json');
  });
});

describe('a restore', () => {
  it('puts the old records back under a new epoch and keeps the store of before', async () => {
    const made = await opened();
    const { file, sidecar } = await made.backup();
    await made.harvest.add([paper({ id: 'c' })], { next: { cursor: '{"page":2}' } });
    await made.store.close();
    const restored = await restore(made, file);
    expect(restored).toMatchObject({ records: 2, lastSeq: 2n, sources: [{ id: 's' }] });
    expect(restored.epoch).not.toBe(sidecar.epoch);
    expect(await idsOf(made.file)).toEqual(['a', 'b']);
    expect(restored.replaced).toBe(`${made.file}.replaced-20261122T100000Z`);
    expect(await idsOf(restored.replaced ?? '')).toEqual(['a', 'b', 'c']);
    const reader = openReader({ file: made.file });
    expect(await all(reader.verify())).toEqual([]);
    expect((await reader.identity()).epoch).toBe(restored.epoch);
    await reader.close();
    // What was put aside is itself a store that can be put back.
    await made.clock.advance(DAY);
    await restore(made, restored.replaced ?? '');
    expect(await idsOf(made.file)).toEqual(['a', 'b', 'c']);
  });

  it('ends the damage that the store knew of: every hash of what stands there now was checked', async () => {
    const made = await opened();
    await made.store.putIncidents([damage]);
    const { file } = await made.backup();
    await made.store.close();
    await restore(made, file);
    const reader = openReader({ file: made.file });
    expect(await reader.incidents({ open: true })).toEqual([]);
    const [{ recoveredAt, actions } = damage] = await reader.incidents();
    await reader.close();
    expect(recoveredAt).toBe(made.clock.now());
    expect(actions).toEqual([{ at: recoveredAt, what: 'restored from a backup that was verified' }]);
  });

  it('is refused while an engine owns the store, of a damaged copy, and of one that is newer than this version', async () => {
    const made = await opened();
    const { file } = await made.backup();
    await expect(restore(made, file)).rejects.toMatchObject({ code: 'ERR_STORE_LOCKED' });
    await made.harvest.add([paper({ id: 'c' })]);
    await made.store.close();
    const bytes = readFileSync(file);
    const at = bytes.indexOf('"title":"One"');
    expect(at).toBeGreaterThan(0);
    bytes[at + 10] = (bytes[at + 10] ?? 0) ^ 1;
    const flipped = join(made.folder, 'flipped.db');
    writeFileSync(flipped, bytes);
    await expect(restore(made, flipped)).rejects.toMatchObject({ code: 'ERR_BACKUP_DAMAGED' });
    writeFileSync(file, bytes);
    await expect(restore(made, file)).rejects.toThrow(/SHA-256/);
    const noStore = join(made.folder, 'text.db');
    writeFileSync(noStore, 'x'.repeat(5000));
    await expect(restore(made, noStore)).rejects.toMatchObject({ code: 'ERR_BACKUP_DAMAGED' });
    const foreign = join(made.folder, 'foreign.db');
    writeFileSync(foreign, '');
    await expect(restore(made, foreign)).rejects.toMatchObject({
      code: 'ERR_BACKUP_ABSENT',
      message: expect.stringContaining('foreign.db is no backup of a store'),
    });
    rmSync(`${file}.json`);
    tamper(file, 'PRAGMA user_version = 999');
    await expect(restore(made, file)).rejects.toMatchObject({ code: 'ERR_STORE_NEWER' });
    expect(await idsOf(made.file)).toEqual(['a', 'b', 'c']);
    expect(readdirSync(made.folder).filter((name) => /incoming|replaced/.test(name))).toEqual([]);
  });

  it('takes the place of a store that is beyond reading, and of one that is gone', async () => {
    const made = bench();
    const { file } = await made.backup();
    writeFileSync(made.file, 'rubbish'.repeat(1000));
    writeFileSync(`${made.file}-wal`, 'rubbish');
    const { replaced } = await restore(made, file);
    expect(await idsOf(made.file)).toEqual(['a', 'b']);
    expect(readFileSync(replaced ?? '', 'utf8')).toContain('rubbish');
    expect(readFileSync(`${replaced ?? ''}-wal`, 'utf8')).toBe('rubbish');
    rmSync(made.file);
    expect((await restore(made, file)).replaced).toBeNull();
    expect(await idsOf(made.file)).toEqual(['a', 'b']);
  });

  it('finishes after one that was killed just before its rename', async () => {
    const made = bench();
    const { file } = await made.backup();
    linkSync(made.file, `${made.file}.replaced-20261122T090000Z`);
    writeFileSync(`${made.file}.incoming`, 'half');
    writeFileSync(`${made.file}.incoming-wal`, 'half');
    await restore(made, file);
    expect(readdirSync(made.folder).filter((name) => /incoming|replaced/.test(name))).toEqual([
      'holdfast.db.replaced-20261122T100000Z',
    ]);
  });

  it('keeps the log of a store beyond reading, also after a kill that left it under its second name alone', async () => {
    const made = bench();
    const { file } = await made.backup();
    writeFileSync(made.file, 'rubbish'.repeat(1000));
    linkSync(made.file, `${made.file}.replaced-20261122T090000Z`);
    writeFileSync(`${made.file}.replaced-20261122T090000Z-wal`, 'its log');
    const { replaced } = await restore(made, file);
    expect(await idsOf(made.file)).toEqual(['a', 'b']);
    expect(readFileSync(`${replaced ?? ''}-wal`, 'utf8')).toBe('its log');
    expect(readdirSync(made.folder).filter((name) => name.includes('T090000Z'))).toEqual([]);
  });

  it('makes the windows due that were still being swept when the copy was made, and no older ones', async () => {
    const made = await opened();
    await made.store.putSource('s', 'oai-pmh', { watermark: '2026-11-20T08:00:00Z' });
    for (const [from, to, state] of [
      ['2026-09-01', '2026-09-08', 'VERIFIED'],
      ['2026-11-08', '2026-11-15', 'VERIFIED'],
      ['2026-11-15', '2026-11-19', 'SEALED'],
    ] as const) {
      const harvest = new Harvest(made.store, await leased(made.store, { from, to }));
      await harvest.add([], { next: { cursor: '', state, look: state === 'VERIFIED' ? 3 : 1 } });
    }
    const { file } = await made.backup();
    await made.store.close();
    expect((await restore(made, file)).windowsDue).toBe(2);
    const reader = openReader({ file: made.file });
    const windows = await reader.windows('s');
    await reader.close();
    expect(windows.map(({ from, state, look }) => [from, state, look])).toEqual(
      expect.arrayContaining([
        ['2026-09-01', 'VERIFIED', 3],
        ['2026-11-08', 'SEALED', 3],
        ['2026-11-15', 'OPEN', 1],
      ]),
    );
  });
});

it('runs on the real clock too', async () => {
  const made = bench();
  const job = { store: made.file, folder: made.backups, to: null, keep: 1 };
  expect((await makeBackup(job, systemClock)).ok).toBe(true);
});
