import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, afterEach } from 'vitest';
import { covered } from '../../../test/needs.ts';
import type { PortalOptions } from '../../portal/portal-options.ts';
import { startPortal } from '../../portal/start-portal.ts';
import type { Portal } from '../../portal/start-portal.ts';
import { Tables } from '../shared/tables.ts';
import { upTo } from '../shared/up-to.ts';
import { startProgram } from './run-program.ts';
import type { Ended, RunningProgram } from './run-program.ts';

/** Whether the examples can run here. */
export const hasChromium = covered('Chromium', existsSync('/usr/bin/chromium'));

/** How long a test may take where a browser shares the machine with many. */
export const PATIENCE_MS = 600_000;

/** A folder and portals that end with the tests of a file. */
export function workshop() {
  const folder = mkdtempSync(join(tmpdir(), 'examples-'));
  const portals: Portal[] = [];
  let files = 0;
  afterEach(async () => {
    await Promise.all(portals.splice(0).map((portal) => portal.close()));
  });
  afterAll(() => rmSync(folder, { recursive: true }));
  return {
    /** Where a database may come to be. */
    newFile: (): string => join(folder, `${++files}.db`),
    portalWith: async (options: PortalOptions): Promise<Portal> => {
      const portal = await startPortal({ control: true, ...options });
      portals.push(portal);
      return portal;
    },
  };
}

/** Starts an example on a portal. */
export function start(name: string, portal: Portal, ledger: string, ...args: string[]): RunningProgram {
  return startProgram(name, ['--portal', portal.url, '--ledger', ledger, ...args]);
}

/** Starts an example on a portal and waits until it has ended. */
export function run(name: string, portal: Portal, ledger: string, ...args: string[]): Promise<Ended> {
  return start(name, portal, ledger, ...args).ended;
}

/** Makes a database as gather-matches leaves it. */
export function gathered(file: string, people: number): string {
  new Tables(file).close();
  const database = new DatabaseSync(file);
  const insert = database.prepare('INSERT INTO matches (id, name, score) VALUES (?, ?, ?)');
  for (const number of upTo(people)) insert.run(`m${number}`, `Person ${number}`, number);
  database.close();
  return file;
}

/** How many rows a table has. */
export function count(file: string, table: string): number {
  const database = new DatabaseSync(file, { readOnly: true });
  const rows = database.prepare(`SELECT count(*) AS n FROM ${table}`).get()?.['n'];
  database.close();
  return Number(rows);
}

/** The process of the browser that a program has noted beside its ledger. */
export function browserOf(ledger: string): number {
  const [name = ''] = notedBrowsers(ledger);
  const record = JSON.parse(readFileSync(join(`${ledger}-browsers`, name), 'utf8')) as {
    process: { pid: number };
  };
  return record.process.pid;
}

/** The notes about browsers that nobody has ended yet. */
export function notedBrowsers(ledger: string): string[] {
  return readdirSync(`${ledger}-browsers`).filter((name) => name.endsWith('.json'));
}
