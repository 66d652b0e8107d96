import { setTimeout as wait } from 'node:timers/promises';
import { memoryLedger, operation } from '@holdfast/resilience/operation';
import type { Operation, OperationReport, Verified } from '@holdfast/resilience/operation';
import { AuthExpiredError } from '@holdfast/resilience/session';
import type { Lease } from '@holdfast/resilience/session';
import type { Page } from '../drivers/driver.ts';
import { visit } from '../drivers/visit.ts';
import type { Calls } from './calls.ts';
import type { Moment } from './moment.ts';
import type { Stage } from './stage.ts';

/** Pages that are gathered; so many are done at a time. */
const PAGES = [1, 2, 3, 4];
const TASKS = 2;
/** The item in which a fault strikes, so that another one is under way beside it. */
const STRUCK = 2;

/** What the workload did, to be compared with the portal's own ledger. */
export interface WorkloadResult {
  readonly report: OperationReport<void>;
  /** References of messages that are checked when in doubt, and of those that cannot be. */
  readonly verified: readonly string[];
  readonly blind: readonly string[];
}

/** Where the workload lets a fault strike; called once, in the middle of its work. */
export type StrikeHere = (request: string, moment: Moment) => Promise<void>;

type Op = Operation<unknown, unknown>;

/** Gathers pages and writes two messages for each: one that can be looked up when its fate is unknown, one that cannot. */
export async function workload(
  stage: Stage,
  calls: Calls,
  strikeHere: StrikeHere | null,
): Promise<WorkloadResult> {
  const gathered = new Set<number>();
  let struck = strikeHere === null;
  const strikeOnce = async (request: string, moment: Moment): Promise<void> => {
    if (struck) return;
    struck = true;
    await strikeHere?.(request, moment);
  };
  const report = await operation(
    `drill-${stage.cell.phase}`,
    { ledger: memoryLedger(), session: stage.driven.session, concurrency: TASKS },
    async (op) => {
      await op.each('page', PAGES, { id: String }, async (page, item) => {
        const people = await item.step('people', (lease) =>
          gather({ stage, calls, lease, number: page }, page === STRUCK ? strikeOnce : null),
        );
        await item.commit('gathered', () => void gathered.add(page));
        await send(stage, calls, item, { name: 'verified', page, to: people[0] ?? '' });
        await send(stage, calls, item, { name: 'blind', page, to: people[1] ?? '' });
      });
    },
  );
  if (gathered.size !== PAGES.length)
    throw new Error(`${gathered.size} of ${PAGES.length} pages were committed`);
  return {
    report,
    verified: PAGES.map((page) => referenceOf('verified', page)),
    blind: PAGES.map((page) => referenceOf('blind', page)),
  };
}

interface Place {
  readonly stage: Stage;
  readonly calls: Calls;
  readonly lease: Lease<unknown>;
  readonly number: number;
}

/** Reads the people of one page of the list; with `strikeOnce` the fault strikes while the page loads or computes. */
async function gather(place: Place, strikeOnce: StrikeHere | null): Promise<string[]> {
  const { stage, calls, lease, number } = place;
  const { phase } = stage.cell;
  const url = `${stage.portal.url}/matches?page=${number}`;
  await calls.make(lease, (page) =>
    during(phase === 'navigation' ? strikeOnce : null, stage, page, 'GET /matches', () => visit(page, url)),
  );
  await calls.make(lease, (page) =>
    during(phase === 'evaluate' ? strikeOnce : null, stage, page, 'GET /api/me', () => compute(page)),
  );
  return (await calls.make(lease, (page) =>
    page.evaluate(`[...document.querySelectorAll('.match')].map((each) => each.dataset.id)`),
  )) as string[];
}

/** A while of work in the page that asks the portal something, as a script of a real page does. */
async function compute(page: Page): Promise<void> {
  const status = await page.evaluate(
    `new Promise((resolve) => setTimeout(resolve, 1200)).then(() => fetch('/api/me')).then((answer) => answer.status, String)`,
  );
  if (status === 401) throw new AuthExpiredError();
  if (status !== 200) {
    const verdict = { category: 'network', scope: 'call', safeToReplay: 'yes', evidence: 'status' };
    throw Object.assign(new Error(`the page was answered ${String(status)}`), { verdict });
  }
}

/** Does `work` and lets the fault strike in the middle of it; before it where the fault is one of the answer. */
async function during(
  strikeOnce: StrikeHere | null,
  stage: Stage,
  page: Page,
  request: string,
  work: () => Promise<void>,
): Promise<void> {
  if (strikeOnce === null) return await work();
  const { phase } = stage.cell;
  if (ofTheAnswer(stage)) {
    // Nothing but this phase asks for it.
    await strikeOnce(request, () => ({ fits: true, what: `asked for in a phase of ${phase}` }));
    return await work();
  }
  stage.page = await page.fromOutside();
  // The task beside it asks for the same.
  await stage.portal.fault({ match: request, kind: 'slow', when: 'before', delayMs: 1_500, times: TASKS });
  let isOver = false;
  const working = work().finally(() => (isOver = true));
  working.catch(() => undefined);
  await wait(300);
  await strikeOnce(request, () =>
    isOver
      ? { fits: false, what: 'the call was over' }
      : { fits: true, what: `in the middle of a call of ${phase}` },
  );
  await working;
}

/** Whether the portal plays the fault, with the next answer. */
export function ofTheAnswer({ cell: { fault } }: Stage): boolean {
  return fault === 'status-401' || fault === 'connection-reset' || fault === 'black-hole';
}

async function send(
  stage: Stage,
  calls: Calls,
  item: Op,
  message: { readonly name: 'verified' | 'blind'; readonly page: number; readonly to: string },
): Promise<void> {
  const { url } = stage.portal;
  const reference = referenceOf(message.name, message.page);
  const act = async (lease: Lease<unknown>): Promise<void> => {
    await calls.make(lease, (page) => visit(page, `${url}/compose?to=${message.to}`));
    await calls.make(lease, (page) => page.submit({ body: 'Good evening', reference }));
  };
  const verify = async (lease: Lease<unknown>): Promise<Verified<void>> => {
    await calls.make(lease, (page) => visit(page, `${url}/sent`));
    const there = await calls.make(lease, (page) =>
      page.evaluate(`document.querySelector('.sent[data-reference="${reference}"]') !== null`),
    );
    return there === true ? { happened: true } : { happened: false };
  };
  await item.effect(message.name, act, message.name === 'verified' ? { verify } : {});
}

function referenceOf(name: string, page: number): string {
  return `${name}-${page}`;
}
