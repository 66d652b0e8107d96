/**
 * Loaded into every process of a run through NODE_OPTIONS. In an engine it writes down each step of a page as
 * it begins, and kills when the plan says so. Kills come from a thread that waits, so that the engine goes on
 * with its step until the moment it dies.
 */
import { subscribe } from 'node:diagnostics_channel';
import { openSync, readFileSync, writeSync } from 'node:fs';
import { isMainThread, Worker } from 'node:worker_threads';
import type { LifePlan, PlannedKill } from './plan.ts';

const LOG = process.env['DRILL_KILL_LOG'];
const PLAN = process.env['DRILL_KILL_PLAN'];
const NUMBER = 'DRILL_KILL_ENGINE';

const KILLER = `
const { workerData: { flag, delayMs, pids } } = require('node:worker_threads');
Atomics.wait(flag, 0, 0);
Atomics.wait(flag, 0, 1, delayMs);
for (const pid of pids) process.kill(pid, 'SIGKILL');
`;

if (LOG !== undefined && PLAN !== undefined) {
  const isEngine = isMainThread && /engine[\\/]main\.[jt]s$/.test(process.argv[1] ?? '');
  const plan = JSON.parse(PLAN) as LifePlan;
  if (isEngine) {
    const lives = readFileSync(LOG, 'utf8')
      .split('\n')
      .filter((line) => line.endsWith(' start')).length;
    process.env[NUMBER] = String(lives);
  }
  const number = process.env[NUMBER];
  // Other threads of the engine inherit the number with the environment.
  if (number !== undefined) follow(openSync(LOG, 'a'), plan[Number(number)], isEngine);
}

function follow(log: number, kill: PlannedKill | undefined, isFirst: boolean): void {
  const trigger = kill === undefined ? null : prepare(kill);
  let seen = 0;
  const enter = (phase: string): void => {
    writeSync(log, `${process.pid} ${phase}\n`);
    if (kill === undefined || phase !== kill.phase) return;
    seen += 1;
    if (seen === (phase === 'start' ? 1 : kill.nth)) trigger?.();
  };
  subscribe('holdfast:phase', (message) => enter((message as { phase: string }).phase));
  if (isFirst) enter('start');
}

function prepare({ target, delayMs }: PlannedKill): () => void {
  // The parent and the engine lead a process group each.
  const pids = target === 'tree' ? [-process.ppid, -process.pid] : [process.pid];
  if (delayMs === 0) return () => pids.forEach((pid) => process.kill(pid, 'SIGKILL'));
  const flag = new Int32Array(new SharedArrayBuffer(4));
  const workerData = { flag, delayMs, pids };
  new Worker(KILLER, { eval: true, workerData, env: {}, execArgv: [] }).unref();
  return () => {
    Atomics.store(flag, 0, 1);
    Atomics.notify(flag, 0);
  };
}
