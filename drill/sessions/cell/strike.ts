import { readFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { isAlive } from '@holdfast/resilience/process';
import type { ProcessIdentity } from '@holdfast/resilience/process';
import type { Fault } from '../cells.ts';
import type { Outside, Processes } from '../drivers/driver.ts';
import type { PortalFault } from './portal.ts';
import type { Stage } from './stage.ts';

const FROZEN_MS = 10_000;
const PATIENCE_MS = 10_000;
const ANSWER_MS = 3_000;
const SILENCE_MS = 600;

/** What was done, and what proves that it was. */
export interface Strike {
  /** Looks for the proof; null when there is none. Waits until the fault is over. */
  proof(): Promise<string | null>;
}

/** Does to the stage what its cell says; `request` is what the portal is to spoil, where the fault is the portal's. */
export async function strike(stage: Stage, request: string): Promise<Strike> {
  return await STRIKES[stage.cell.fault](stage, request);
}

const STRIKES: Readonly<Record<Fault, (stage: Stage, request: string) => Promise<Strike>>> = {
  'browser-killed': (stage) => kill(processesOf(stage).browser, 'the browser'),
  'driver-killed': (stage) => {
    const { driver } = processesOf(stage);
    if (driver === null) throw new Error('there is no driver process to kill');
    return kill(driver, 'the driver');
  },
  'renderer-killed': (stage) => killRenderers(processesOf(stage).renderers),
  frozen: (stage) => freeze(processesOf(stage).browser.pid),
  'endless-loop': (stage) => spin(pageOf(stage)),
  'page-closed': (stage) => closePage(pageOf(stage)),
  'cookie-deleted': async (stage) => {
    const dropped = dropWhenLoggedIn(stage);
    // While a login is under way there is nothing to drop until it has ended.
    if (stage.cell.phase !== 'login') await dropped;
    return {
      proof: async () => ((await dropped) > 0 ? `${await dropped} logins dropped by the portal` : null),
    };
  },
  'status-401': (stage, match) => spoil(stage, { match, kind: 'status', status: 401 }),
  'connection-reset': (stage, match) => spoil(stage, { match, kind: 'reset' }),
  'black-hole': (stage, match) => spoil(stage, { match, kind: 'black-hole' }),
};

function processesOf({ driven }: Stage): Processes {
  const processes = driven.processes();
  if (processes === null) throw new Error('no browser is open');
  return processes;
}

async function kill(victim: ProcessIdentity, what: string): Promise<Strike> {
  process.kill(victim.pid, 'SIGKILL');
  for (let waited = 0; isAlive(victim) && waited < PATIENCE_MS; waited += 20) await wait(20);
  const proof = isAlive(victim) ? null : `${what} (${victim.pid}) is dead`;
  return { proof: () => Promise.resolve(proof) };
}

function killRenderers(pids: readonly number[]): Promise<Strike> {
  let killed = 0;
  for (const pid of pids) {
    try {
      process.kill(pid, 'SIGKILL');
      killed += 1;
    } catch (error) {
      // A spare renderer that ended between the look and the kill.
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
  }
  return Promise.resolve({ proof: () => Promise.resolve(killed > 0 ? `${killed} renderers killed` : null) });
}

async function freeze(pid: number): Promise<Strike> {
  process.kill(pid, 'SIGSTOP');
  await wait(20);
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const stopped = stat.slice(stat.lastIndexOf(')') + 2).startsWith('T');
  const thawed = wait(FROZEN_MS).then(() => {
    try {
      return process.kill(pid, 'SIGCONT');
    } catch {
      // It was given up and killed while it was frozen.
      return false;
    }
  });
  return {
    proof: async () => {
      await thawed;
      return stopped ? `the browser stood still for ${FROZEN_MS / 1000} s` : null;
    },
  };
}

function pageOf({ page }: Stage): Outside {
  if (page === null) throw new Error('no page is open');
  return page;
}

async function closePage(page: Outside): Promise<Strike> {
  const before = await look(page, ANSWER_MS);
  await page.close();
  const after = await look(page, SILENCE_MS);
  const closed = before === 'answered' && after !== 'answered';
  return { proof: () => Promise.resolve(closed ? 'the page was there and is closed' : null) };
}

async function spin(page: Outside): Promise<Strike> {
  const before = await look(page, ANSWER_MS);
  // It never answers; what it ends with is the driver's affair.
  page.evaluate('(() => { for (;;); })()').catch(() => undefined);
  await wait(100);
  const after = await look(page, SILENCE_MS);
  const silent = before === 'answered' && after === 'silent';
  return { proof: () => Promise.resolve(silent ? 'the page answered, and answers nothing any more' : null) };
}

async function look(page: Outside, patienceMs: number): Promise<'answered' | 'gone' | 'silent'> {
  return await Promise.race([
    page.evaluate('1').then(
      () => 'answered' as const,
      () => 'gone' as const,
    ),
    wait(patienceMs, 'silent' as const, { ref: false }),
  ]);
}

async function dropWhenLoggedIn({ portal }: Stage): Promise<number> {
  for (let waited = 0; waited < PATIENCE_MS; waited += 20) {
    const dropped = await portal.dropSessions();
    if (dropped > 0) return dropped;
    await wait(20);
  }
  return 0;
}

async function spoil({ portal }: Stage, fault: Omit<PortalFault, 'when' | 'times'>): Promise<Strike> {
  const before = await portal.fired(fault.kind);
  await portal.fault({ ...fault, when: 'before', times: 1 });
  return {
    proof: async () =>
      (await portal.fired(fault.kind)) > before ? `the portal spoilt ${fault.match}` : null,
  };
}
