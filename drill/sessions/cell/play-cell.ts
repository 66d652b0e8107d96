import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fullJitter } from '@holdfast/resilience';
import { memorySnapshots, processRecords } from '@holdfast/resilience/session';
import type { SessionPolicy } from '@holdfast/resilience/session';
import type { Cell } from '../cells.ts';
import { driverOf } from '../drivers/index.ts';
import type { Page } from '../drivers/driver.ts';
import type { Row } from '../row.ts';
import { Calls } from './calls.ts';
import type { Hooks } from './hooks.ts';
import { judge } from './judge.ts';
import { playPhase } from './phases.ts';
import { startPortalProcess } from './portal.ts';
import type { Stage } from './stage.ts';
import { Strikes } from './strikes.ts';
import type { Survivor, Witness } from './witness.ts';

/** Half a minute where nothing else runs; a busy machine needs more. */
const LONGEST_MS = 150_000;

/** Where a row is played, and who sees what it leaves behind. */
export interface Surroundings {
  /** For what the session itself keeps. */
  readonly folder: string;
  readonly witness: Witness;
  /** What is left in the folder for temporary files. */
  readonly leftovers: () => string[];
}

/** Opens portal and session, lets the fault strike in its phase, and compares what is left with what should be. */
export async function playCell(cell: Cell, { folder, witness, leftovers }: Surroundings): Promise<Row> {
  const portal = await startPortalProcess(['--matches', '40', '--per-page', '10']);
  const hooks: Hooks = { check: null, login: null, snapshot: null };
  const driven = driverOf(cell.driver).open({
    portal: portal.url,
    policy: policyOf(cell),
    processes: processRecords(join(folder, 'processes')),
    onCheck: (page) => take(hooks, 'check', page),
    onLogin: (page) => take(hooks, 'login', page),
    onSnapshot: () => take(hooks, 'snapshot', null),
  });
  const stage: Stage = { cell, portal, driven, page: null };
  const calls = new Calls(driven);
  const strikes = new Strikes(stage);
  const outcome = await Promise.race([
    playPhase({ stage, calls, hooks, strikeNow: (...how) => strikes.now(...how) }).then(
      (result) => ({ result }),
      (error: unknown) => ({ error }),
    ),
    wait(LONGEST_MS).then(() => ({
      error: new Error(`the work did not end within ${LONGEST_MS / 1_000} s`),
    })),
  ]);
  const proof = await strikes.proof();
  const { stats } = driven.session;
  await Promise.race([driven.session.drain(), wait(30_000)]);
  const ledger = await portal.ledger();
  await portal.stop();
  const row = judge({
    cell,
    outcome,
    proof,
    stats,
    opened: driven.opened,
    ledger,
    overdueMs: calls.overdueMs,
  });
  return withRemains(row, witness.survivors(), leftovers());
}

async function take(hooks: Hooks, moment: keyof Hooks, page: Page | null): Promise<void> {
  const hook = hooks[moment] as ((page: Page | null) => Promise<void>) | null;
  hooks[moment] = null;
  await hook?.(page);
}

function policyOf({ driver }: Cell): SessionPolicy {
  return {
    name: `drill-${driver}`,
    recover: { attempts: 8, backoff: fullJitter('50ms', '1s'), openDeadline: '20s', stableAfter: '1s' },
    // A browser that stands still for ten seconds is waited for.
    probe: { every: '2s', deadline: '2s', patience: '13s' },
    recycle: { drain: '3s' },
    auth: { attempts: 4 },
    snapshot: { store: memorySnapshots(), every: '10m' },
  };
}

function withRemains(row: Row, survivors: readonly Survivor[], leftovers: readonly string[]): Row {
  const problems = [
    ...(survivors.length > 0
      ? [`left running: ${survivors.map(({ pid, command }) => `${command} (${pid})`).join(', ')}`]
      : []),
    ...(leftovers.length > 0 ? [`left in the temporary folder: ${leftovers.slice(0, 5).join(' ')}`] : []),
  ];
  if (problems.length === 0) return row;
  return { ...row, verdict: 'invalid', problems: [...row.problems, ...problems] };
}
