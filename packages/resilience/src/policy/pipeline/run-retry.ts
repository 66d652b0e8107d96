import { RETRY_AFTER_LIMIT_MS } from '../../classify/retry-after.ts';
import { soundVerdict } from '../../classify/sound-verdict.ts';
import type { Category, Verdict } from '../../classify/verdict.ts';
import { delayBy } from '../backoff/backoff.ts';
import { emit } from '../events.ts';
import { TimeoutError } from '../timeout/timeout-error.ts';
import { DEFAULT_BACKOFF } from './default-retry.ts';
import type { Excuse, StopReason } from './failure.ts';
import type { RetryRule } from './options.ts';
import { Refused } from './run-admission.ts';
import type { Run } from './run.ts';
import type { Failed } from './run-past.ts';
import type { PlannedWait } from './run-told.ts';

/** What says that something does not answer: evidence for the breaker, and what sleep and missing networks excuse. */
const EVIDENCE: readonly Category[] = ['network', 'dns', 'tls', 'timeout'];
const PAID_BY_BUDGET: readonly Category[] = ['network', 'dns', 'tls', 'timeout', 'unknown', 'local'];

/** One failed attempt and what follows from it. */
interface Judged extends Failed {
  /** Wall time. */
  readonly startedAt: number;
  readonly durationMs: number;
  readonly excuse: Excuse | undefined;
}

/** Whether it is a failure that `goOn` may answer with another try; else it ends the run. */
export function mayGoOn<T>(run: Run<T>, error: unknown): boolean {
  return run.isAttempting || error instanceof Refused;
}

/** After a failure in the loop: waits for the next try. @throws the error when the run ends with it. */
export async function goOn<T>(run: Run<T>, error: unknown): Promise<void> {
  if (error instanceof Refused) await retryRefused(run, error);
  else await prepareRetry(run, error);
}

/** After an attempt that failed: decides whether and when to try again, and waits. @throws the error when not. */
async function prepareRetry<T>(run: Run<T>, error: unknown): Promise<void> {
  const failed = judge(run, error);
  const noted = noteFailure(run, failed);
  if (noted !== undefined) await run.orStop(noted, NOTHING);
  const { verdict } = failed;
  const rule = run.plan.retry[verdict.category];
  const reason = whyNot(run, failed, rule);
  if (reason !== undefined || rule === undefined) {
    keep(run, failed, 0);
    throw run.giveUp(error, reason ?? 'not-retryable', verdict.retryAfterMs);
  }
  const wait = planWait(run, rule, failed);
  keep(run, failed, delayOf(wait));
  checkStop(run, failed, wait);
  await pay(run, failed, wait);
  await again(run, rule, failed, wait);
}

/** The same after a limit of ours refused, which is neither an attempt nor evidence, and free of charge. */
async function retryRefused<T>(run: Run<T>, { error, stopReason }: Refused): Promise<void> {
  void run.note('none', undefined);
  const verdict = verdictOn(run, error);
  const failed: Judged = { error, verdict, startedAt: 0, durationMs: 0, excuse: undefined };
  const rule = run.plan.retry[verdict.category];
  const reason = whyNot(run, failed, rule);
  if (reason !== undefined || rule === undefined) {
    const unknown = reason === undefined || reason === 'not-retryable';
    throw run.giveUp(error, unknown ? stopReason : reason, verdict.retryAfterMs);
  }
  const wait = planWait(run, rule, failed);
  checkStop(run, failed, wait);
  await again(run, rule, failed, wait);
}

async function again<T>(run: Run<T>, rule: RetryRule, failed: Judged, wait: PlannedWait): Promise<void> {
  const { verdict } = failed;
  await rest(run, failed, wait);
  await before(run, rule, verdict);
  if (!run.isHeard) return;
  const { category } = verdict;
  const about = { ...run.about(), attempt: run.attempt + 1 };
  emit(run.plan.onEvent, { type: 'retry', ...about, category, delayMs: delayOf(wait), verdict });
}

/** The length of a wait where it is known. */
function delayOf({ ms }: PlannedWait): number {
  return Number.isFinite(ms) ? ms : 0;
}

const NOTHING = (): void => {};

/** @throws the caller's reason when it aborted. */
function judge<T>(run: Run<T>, error: unknown): Judged {
  run.isAttempting = false;
  const { caller, plan } = run;
  if (caller?.aborted === true) throw caller.reason;
  const verdict = verdictOn(run, error, caller);
  const durationMs = run.durationMs();
  const startedAt = plan.clock.now() - durationMs;
  const failed = { error, verdict, startedAt, durationMs, excuse: excuseOf(run, verdict) };
  run.past.last = failed;
  run.past.paid = undefined;
  if (run.isHeard) tellFailure(run, failed);
  return failed;
}

function verdictOn<T>(run: Run<T>, error: unknown, signal?: AbortSignal): Verdict {
  return soundVerdict(run.plan.classify(error, signal === undefined ? {} : { signal }));
}

/**
 * So many times a standstill excuses in one run. A function that itself blocks the event loop for long looks the same,
 * and what is excused is free: it would be tried for ever.
 */
const MOST_STANDSTILLS = 10;

/** Sleep of the machine and its missing network are nobody's failure. */
function excuseOf<T>(run: Run<T>, { category, code }: Verdict): Excuse | undefined {
  if (!EVIDENCE.includes(category) || run.stopped !== undefined) return undefined;
  if (code === 'ERR_SYSTEM_WAKE') return 'asleep';
  const { machine } = run.plan;
  if (machine !== undefined && (run.past.wasOffline || !machine.online)) return 'offline';
  const { past } = run;
  if (past.standstills >= MOST_STANDSTILLS || run.lostMs() <= 0) return undefined;
  past.standstills += 1;
  return 'asleep';
}

function tellFailure<T>(run: Run<T>, failed: Judged): void {
  const { error, verdict, durationMs, excuse } = failed;
  const about = run.about();
  const { onEvent, stall } = run.plan;
  if (error instanceof TimeoutError) {
    emit(onEvent, { type: 'timeout', ...about, code: error.code });
    if (error.code === 'ERR_TIMEOUT_STALL') {
      emit(onEvent, { type: 'stall', ...about, mode: 'enforce', afterMs: stall?.ms ?? error.limitMs });
    }
  }
  const { category } = verdict;
  const excused = excuse === undefined ? {} : { excused: excuse };
  emit(onEvent, { type: 'failure', ...about, category, durationMs, verdict, error, ...excused });
}

/** Tells breaker, limits and budget what the attempt showed. */
function noteFailure<T>(run: Run<T>, { verdict, excuse }: Judged): Promise<void> | undefined {
  const { category, retryAfterMs } = verdict;
  const { budget, rate } = run.plan;
  if (excuse !== undefined) return run.note('none', undefined);
  run.past.counted += 1;
  if (PAID_BY_BUDGET.includes(category)) budget?.record?.('failure', category);
  const throttled = category === 'rate-limit';
  rate?.learn?.(throttled, run.key);
  if (throttled && retryAfterMs !== undefined && retryAfterMs <= RETRY_AFTER_LIMIT_MS) {
    rate?.pause(retryAfterMs, run.key);
  }
  return run.note(EVIDENCE.includes(category) ? 'failure' : 'none', category);
}

function whyNot<T>(run: Run<T>, failed: Judged, rule: RetryRule | undefined): StopReason | undefined {
  const { verdict, excuse } = failed;
  if (run.stopped !== undefined) return 'deadline';
  if (rule === undefined || verdict.safeToReplay === 'no' || verdict.category === 'cancelled')
    return 'not-retryable';
  if (rule.codes !== undefined && !(verdict.code !== undefined && rule.codes.includes(verdict.code)))
    return 'not-retryable';
  const { attempts } = rule;
  if (attempts === 0) return 'not-retryable';
  const done = run.past.retried.get(verdict.category)?.count ?? 0;
  if (excuse === undefined && done >= attempts) return 'attempts-exhausted';
  if (rule.respectRetryAfter !== false && (verdict.retryAfterMs ?? 0) > RETRY_AFTER_LIMIT_MS) {
    return 'retry-after-too-long';
  }
  return undefined;
}

function planWait<T>(run: Run<T>, rule: RetryRule, { verdict, excuse }: Judged): PlannedWait {
  if (excuse === 'offline') return { kind: 'offline', ms: Number.POSITIVE_INFINITY };
  const { random } = run.plan;
  const before = run.past.retried.get(verdict.category);
  const count = (before?.count ?? 0) + (excuse === undefined ? 1 : 0);
  const asked = rule.respectRetryAfter === false ? undefined : verdict.retryAfterMs;
  const { backoff = DEFAULT_BACKOFF } = rule;
  const delayMs =
    asked === undefined
      ? delayBy(backoff, DEFAULT_BACKOFF, [Math.max(count, 1), random, before?.delayMs])
      : // Never less than what was asked; a little more, so that clients do not return in step.
        asked + random.next() * Math.min(1_000 + asked / 10, 60_000);
  run.past.retried.set(verdict.category, { count, delayMs: asked === undefined ? delayMs : before?.delayMs });
  return { kind: asked === undefined ? 'backoff' : 'retry-after', ms: delayMs };
}

/** @throws the error when the policy's stop says so. */
function checkStop<T>(run: Run<T>, { error, verdict }: Judged, wait: PlannedWait): void {
  const { stop } = run.plan;
  if (stop === undefined) return;
  const nextDelayMs = delayOf(wait);
  const state = { attempts: run.past.counted, elapsedMs: run.elapsedMs(), nextDelayMs, verdict };
  if (stop.shouldStop(state)) throw run.giveUp(error, 'stopped', verdict.retryAfterMs);
}

/** Takes from the budget for the retry, unless the wait is hopeless anyway. */
async function pay<T>(run: Run<T>, failed: Judged, wait: PlannedWait): Promise<void> {
  const { budget } = run.plan;
  const { error, verdict, excuse } = failed;
  const { category } = verdict;
  if (budget === undefined || excuse !== undefined || !PAID_BY_BUDGET.includes(category)) return;
  run.checkDeadline(wait, error);
  for (;;) {
    const taken = budget.take(category);
    if (taken instanceof Promise ? await run.orStop(taken, NOTHING) : taken) {
      run.past.paid = category;
      return;
    }
    const ms = budget.waitMs(category);
    if (budget.whenEmpty === 'stop') throw run.giveUp(error, 'retry-budget-exhausted', ms);
    if (await run.wait({ kind: 'budget', ms }, error, verdict)) return;
  }
}

/** Waits as planned, and then until the machine has a network, unless somebody ends that. */
async function rest<T>(run: Run<T>, { error, verdict }: Judged, wait: PlannedWait): Promise<void> {
  if (wait.kind !== 'offline') await run.wait(wait, error, verdict);
  const { machine } = run.plan;
  while (machine?.online === false) {
    if (await run.wait({ kind: 'offline', ms: Number.POSITIVE_INFINITY }, error, verdict)) return;
  }
}

async function before<T>(run: Run<T>, rule: RetryRule, verdict: Verdict): Promise<void> {
  const hook = rule.before;
  if (hook === undefined) return;
  run.throwIfStopped();
  try {
    // In a function of its own, so that a hook that throws at once rejects.
    const begun = (async () => await hook(verdict))();
    await run.orStop(begun, NOTHING);
  } catch (error) {
    throw run.giveUp(error, run.stopped === undefined ? 'before-failed' : 'deadline');
  }
}

function keep<T>(run: Run<T>, failed: Judged, delayMs: number): void {
  const { verdict, durationMs, startedAt, excuse } = failed;
  run.keep({
    attempt: run.attempt,
    category: verdict.category,
    ...(verdict.code === undefined ? {} : { code: verdict.code }),
    startedAt,
    durationMs,
    delayMs,
    ...(excuse === undefined ? {} : { excused: excuse }),
  });
}
