import { readFileSync } from 'node:fs';
import { HoldfastError } from '../model/error.ts';
import type { ChildProgram } from './child-process.ts';
import { RESTART_TIMES, type RestartTimes } from './restart-policy.ts';

/** A child as the plan describes it. */
export interface ChildSpec extends ChildProgram {
  readonly name: string;
  /** Its announced end ends the run. One child is the main one; the others are auxiliary. */
  readonly main: boolean;
  /** The first message to each new process; the supervisor's news are added. */
  readonly start: object;
  /** Silence for longer than this is a hang, ms; null = it gives no heartbeats. */
  readonly watchdogMs: number | null;
  /** Bytes; null = no bound. */
  readonly maxMemory: number | null;
  /** What tells that it does its work: its event `ready`, or its first heartbeat. */
  readonly ready: 'event' | 'heartbeat';
}

/** The file that is logged to, and the bounds of all log files (see `logs` of the configuration). */
export interface LogPlan {
  readonly file: string;
  readonly maxSize: number;
  readonly maxAge: number;
  readonly maxTotal: number;
}

/** Everything a supervisor needs to know: plain data, made by the command line. */
export interface Plan {
  readonly version: string;
  readonly dataDir: string;
  /** The address on which the supervisor answers. */
  readonly control: string;
  /** Where this supervisor is listed among the running ones. */
  readonly registry: string;
  /** How the command line is told of the same configuration from anywhere. */
  readonly flags: Readonly<Record<string, string>>;
  /** Null = nothing is logged. */
  readonly log: LogPlan | null;
  readonly children: readonly ChildSpec[];
  /** Other times than the policy's own, for measurements. */
  readonly restart?: Partial<RestartTimes>;
}

/** The times of the policy with those of the plan. */
export function timesOf({ restart }: Plan): RestartTimes {
  return { ...RESTART_TIMES, ...restart };
}

/**
 * Reads a plan from a file.
 * @throws HoldfastError `ERR_PLAN` when it is not one.
 */
export function readPlan(file: string): Plan {
  try {
    return parsePlan(readFileSync(file, 'utf8'));
  } catch (cause) {
    throw planError(`${file} cannot be read as a plan.`, cause);
  }
}

/**
 * A plan from its JSON; what is left out of a child gets its usual value.
 * @throws HoldfastError `ERR_PLAN` when it is not one.
 */
export function parsePlan(text: string): Plan {
  const plan = jsonOf(text) as Plan | null;
  const children: readonly (ChildSpec | null)[] = Array.isArray(plan?.children) ? plan.children : [];
  const named = children.filter(isNamed);
  if (typeof plan?.dataDir !== 'string' || typeof plan.control !== 'string' || named.length === 0)
    throw planError('A plan needs dataDir, control and at least one child with a name and a file.');
  if (named.filter(({ main }) => main).length > 1) throw planError('A plan has one main child at most.');
  return { ...plan, log: plan.log ?? null, flags: plan.flags ?? {}, children: named.map(complete) };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw planError('The plan is no JSON.', cause);
  }
}

function isNamed(child: ChildSpec | null): child is ChildSpec {
  return typeof child?.file === 'string' && child.name !== '';
}

function complete(child: Partial<ChildSpec> & Pick<ChildSpec, 'name' | 'file'>): ChildSpec {
  return {
    main: false,
    start: { type: 'start' },
    watchdogMs: null,
    maxMemory: null,
    ready: 'heartbeat',
    ...child,
  };
}

function planError(message: string, cause?: unknown): HoldfastError {
  return new HoldfastError('ERR_PLAN', message, {
    hint: 'Plans are made by the command line of the same version: install it whole and try again.',
    cause,
  });
}
