import { setTimeout as wait } from 'node:timers/promises';
import type { Phase } from '../cells.ts';
import { visit } from '../drivers/visit.ts';
import type { Calls } from './calls.ts';
import type { Hooks } from './hooks.ts';
import { beforeSnapshot, idling, loggingIn, recovering } from './moment.ts';
import type { Stage } from './stage.ts';
import { strike } from './strike.ts';
import { ofTheAnswer, workload } from './workload.ts';
import type { StrikeHere, WorkloadResult } from './workload.ts';

/** So long nothing is asked of a session that was struck while idle. */
const IDLE_MS = 500;

/** What a phase is played with. */
export interface Play {
  readonly stage: Stage;
  readonly calls: Calls;
  readonly hooks: Hooks;
  readonly strikeNow: StrikeHere;
}

/** Brings the session into the phase of its cell, lets the fault strike there, and has the work done. */
export async function playPhase(play: Play): Promise<WorkloadResult> {
  return await PHASE_PLAYS[play.stage.cell.phase](play);
}

const PHASE_PLAYS: Readonly<Record<Phase, (play: Play) => Promise<WorkloadResult>>> = {
  idle,
  navigation: ({ stage, calls, strikeNow }) => workload(stage, calls, strikeNow),
  evaluate: ({ stage, calls, strikeNow }) => workload(stage, calls, strikeNow),
  login,
  snapshot,
  recovery,
};

/** A lease is held, and nothing is asked of it. */
async function idle({ stage, calls, strikeNow }: Play): Promise<WorkloadResult> {
  const lease = await stage.driven.session.lease();
  await calls.make(lease, (page) => visit(page, `${stage.portal.url}/`));
  stage.page = await stage.driven.page(lease.resource).fromOutside();
  await strikeNow('GET /matches', idling(stage));
  await wait(IDLE_MS);
  await lease.release();
  return await workload(stage, calls, null);
}

/** The form is on the screen and not sent yet. */
async function login({ stage, calls, hooks, strikeNow }: Play): Promise<WorkloadResult> {
  hooks.login = async (page) => {
    stage.page = await page.fromOutside();
    await strikeNow('POST /login', loggingIn(stage));
  };
  return await workload(stage, calls, null);
}

/** The resource is being replaced on purpose, and its state is read for the next one. */
async function snapshot({ stage, calls, hooks, strikeNow }: Play): Promise<WorkloadResult> {
  const lease = await stage.driven.session.lease();
  await calls.make(lease, (page) => visit(page, `${stage.portal.url}/`));
  stage.page = await stage.driven.page(lease.resource).fromOutside();
  // What the portal answers is asked for by the check that comes before a snapshot.
  if (ofTheAnswer(stage)) {
    hooks.check = () => strikeNow('GET /', beforeSnapshot(stage, 'in the check before a snapshot'));
  } else {
    hooks.snapshot = () => strikeNow('GET /', beforeSnapshot(stage, 'as a snapshot began'));
  }
  // The lease is held until its time is over, so that its page is there when the fault strikes.
  await stage.driven.session.recycle('drill');
  await lease.release();
  return await workload(stage, calls, null);
}

/** The browser is lost once, and the fault strikes while that is being mended. */
async function recovery({ stage, calls, hooks, strikeNow }: Play): Promise<WorkloadResult> {
  await stage.driven.session.use(async (lease) => {
    await calls.make(lease, (page) => visit(page, `${stage.portal.url}/`));
  });
  hooks.check = async (page) => {
    stage.page = await page.fromOutside();
    await strikeNow('GET /', recovering(stage));
  };
  const first = await strike({ ...stage, cell: { ...stage.cell, fault: 'browser-killed' } }, '');
  if ((await first.proof()) === null) throw new Error('the first loss did not happen');
  return await workload(stage, calls, null);
}
