import { keepAwake } from '@holdfast/resilience/awake';
import { systemClock } from '@holdfast/resilience/clock';
import type { OperationOptions, OperationReport } from '@holdfast/resilience/operation';
import { sqliteLedger } from '@holdfast/resilience/operation/sqlite';
import type { SqliteTx } from '@holdfast/resilience/operation/sqlite';
import type { SupervisedSession } from '@holdfast/resilience/session';
import type { Page } from 'playwright-core';
import { startDemoPortal } from './demo-portal.ts';
import { endingBySignals } from './ending.ts';
import { findBrowser } from './find-browser.ts';
import { parseFlags, usage, UsageError } from './flags.ts';
import type { About, Flags } from './flags.ts';
import { waits } from './open-page.ts';
import { portalSession } from './portal-session.ts';
import { Progress } from './progress.ts';
import { exitCodeOf, reportLines } from './report-lines.ts';
import { settle } from './settle.ts';
import { tellError } from './tell-error.ts';
import { tellSession, waitLine } from './tell-session.ts';
import { Tables } from './tables.ts';

/** Options of an operation on the portal. */
export type PortalOperation = OperationOptions<Page, SqliteTx> & {
  readonly session: SupervisedSession<Page>;
};

/** What the program of an example works with. */
export interface Tools {
  /** For its operation. */
  readonly options: PortalOperation;
  /** Says how many items there are; tells what an earlier start has done. */
  readonly goal: (total: number) => Promise<void>;
  readonly tables: Tables;
}

/** An example: its operation, and what there is to say afterwards. */
export interface Example {
  readonly run: () => Promise<OperationReport<void>>;
  readonly summary: () => string;
}

/** Runs an example from its command line to its exit code; see `examples/README.md` for the codes. */
export async function runExample(about: About, build: (tools: Tools) => Example): Promise<void> {
  ignoreClosedPipes();
  try {
    const flags = parseFlags(process.argv.slice(2), about);
    if (flags) process.exitCode = await play(about, flags, build);
    else process.stdout.write(usage(about));
  } catch (error) {
    process.exitCode = tellError(about.name, error);
  } finally {
    // Somebody may have been asked something; nobody waits for more.
    process.stdin.destroy();
  }
}

/** `| head` may stop reading before the work is done, which goes on. */
function ignoreClosedPipes(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error;
    });
  }
}

/** Everything that is opened here is closed in the opposite order, however it ends. */
async function play(about: About, flags: Flags, build: (tools: Tools) => Example): Promise<number> {
  await using stack = new AsyncDisposableStack();
  const browser = findBrowser(flags.browser);
  const ending = endingBySignals();
  const tables = stack.adopt(new Tables(flags.ledger), (opened) => opened.close());
  const ledger = stack.adopt(sqliteLedger(flags.ledger), (opened) => opened.close());
  if (flags.fresh && !flags.dryRun) await ledger.forget(about.name);
  await settle(ledger, about, flags);
  if (about.needs && tables.count(about.needs) === 0) {
    throw new UsageError(`There are no ${about.needs} in ${flags.ledger} yet: run gather-matches first.`);
  }
  const url = flags.portal ?? (await demoPortal(flags, stack));
  const progress = stack.adopt(new Progress(about.name, about.items), (shown) => shown.end());
  waits.on('wait', (verdict) => progress.sayOnce(waitLine(verdict)));
  const session = stack.use(
    await portalSession({
      url,
      browser,
      records: `${flags.ledger}-browsers`,
      onEvent: (event) => tellSession(event, { progress, ending, resume: () => session.resume() }),
    }),
  );
  const awake = stack.adopt(keepAwake({ clock: systemClock }), (keeper) => keeper.close());
  const options: PortalOperation = {
    ledger,
    session,
    keepAwake: awake,
    signal: ending.signal,
    dryRun: flags.dryRun,
    concurrency: flags.workers,
    ...(flags.maxItems === undefined ? {} : { maxItems: flags.maxItems }),
    onEvent: (event) => {
      if (event.type === 'item' && event.how === 'done') progress.step();
    },
  };
  const goal = async (total: number): Promise<void> => {
    const entries = await ledger.entries(about.name);
    const done = entries.filter(({ kind, state }) => kind === 'item' && state === 'done').length;
    if (done > 0) progress.say(`resuming: ${done} of ${total} ${about.items} done`);
    progress.start(total, done);
  };
  const example = build({ options, goal, tables });
  const report = await example.run();
  progress.end();
  process.stdout.write(`${[...reportLines(about, report, flags), example.summary()].join('\n')}\n`);
  return exitCodeOf(report);
}

async function demoPortal(flags: Flags, stack: AsyncDisposableStack): Promise<string> {
  const portal = stack.adopt(await startDemoPortal(`${flags.ledger}-portal.jsonl`), (started) =>
    started.close(),
  );
  process.stderr.write(`demo portal: ${portal.url} (demo, demo)\n`);
  return portal.url;
}
