import type { Clock, Random } from '@holdfast/resilience/clock';
import { listen } from '../control/listen.ts';
import { HoldfastError } from '../model/error.ts';
import type { SupervisorStatus } from '../model/supervisor-status.ts';
import { answererFor } from './answers.ts';
import { type Claim, claim, ownIdentity } from './claim.ts';
import { Chronicle } from './chronicle.ts';
import type { StartChild } from './child-process.ts';
import { type Plan, timesOf } from './plan.ts';
import { register, unregister } from './registry.ts';
import type { RunEvent } from './supervisor-event.ts';
import { Supervisor, type SupervisorOptions } from './supervisor.ts';

/** How a supervisor is run: what is told to whom, and what the world is like. */
export interface HostOptions extends Pick<
  SupervisorOptions,
  'deadlineMs' | 'lateExitCode' | 'patient' | 'restart' | 'onOutput'
> {
  readonly plan: Plan;
  /** Makes the plan anew. @throws when the configuration is refused. */
  readonly replan: () => Promise<Plan>;
  readonly manager: SupervisorStatus['manager'];
  readonly startChild: StartChild;
  readonly clock: Clock;
  readonly random: Random;
  readonly uid: number | undefined;
  readonly onEvent: (event: RunEvent, child: string) => void;
  /** Told of each further plan that is followed. */
  readonly onPlan?: (plan: Plan) => void;
  /** Whether this process can be replaced by one of another version once `done` tells that everything has ended. */
  readonly replaceable?: boolean;
}

/** The answer to who asked for a restart is on its way before anything ends, ms. */
const ANSWER_MS = 100;

/** A supervisor at work. */
export interface Hosted {
  readonly supervisor: Supervisor;
  status(): SupervisorStatus;
  /** Ends everything; a replacement that is under way is given up. */
  stop(exitCode: number): void;
  /** Whether everything ends so that another version of the supervisor takes this one's place. */
  isReplaced(): boolean;
  /**
   * Plans again and starts the children anew. When the program has another version by now, everything ends so that
   * the supervisor is replaced, too, where it can be. @throws when the configuration is refused.
   */
  renew(reason: 'operator' | 'update'): Promise<{ readonly version: string }>;
  /** Gives up address, listing and lock; to be called after `supervisor.done`. */
  close(): void;
}

/**
 * Claims a data folder and runs its supervisor there, reachable on its control address.
 * @throws HoldfastError `ERR_STORE_LOCKED` when another supervisor has it.
 */
export async function hostSupervisor(options: HostOptions): Promise<Hosted> {
  const { plan, clock, uid, onEvent } = options;
  const claimed = await claim(plan, clock);
  const target: { hosted?: Hosted } = {};
  try {
    const server = await listen(
      plan.control,
      uid,
      answererFor(() => target.hosted),
      { clock },
    );
    listOrTell(options);
    for (const name of claimed.orphans) onEvent(orphanNotice(name, clock.now()), 'supervisor');
    const hosted = supervise(options, claimed);
    target.hosted = hosted;
    return {
      ...hosted,
      close: () => {
        server.close();
        unregister(plan.registry);
        hosted.close();
      },
    };
  } catch (error) {
    claimed.release();
    throw error;
  }
}

/** The list is a help for commands from elsewhere; its disk, which need not be that of the data, may be full. */
function listOrTell({ plan, clock, onEvent }: HostOptions): void {
  const identity = ownIdentity();
  try {
    register(plan.registry, { dataDir: plan.dataDir, identity, flags: plan.flags });
  } catch (error) {
    onEvent(listNotice(error as Error, clock.now()), 'supervisor');
  }
}

function supervise(options: HostOptions, claimed: Claim): Hosted {
  const { clock, onEvent } = options;
  let { plan } = options;
  let replaced = false;
  const startedAt = clock.now();
  const startedMonotonic = clock.monotonic();
  let exits = 0;
  const chronicle = new Chronicle(plan.dataDir, ownIdentity(), (error) =>
    onEvent(journalNotice(error, clock.now()), 'supervisor'),
  );
  const supervisor = new Supervisor({
    ...options,
    children: plan.children,
    times: timesOf(plan),
    inherited: claimed.journal?.supervisor === null ? null : claimed.journal,
    uniqueId: () => `${process.pid}-${startedAt.toString(36)}-${(exits += 1)}`,
    onChange: (each) => chronicle.write(each),
  });
  return {
    supervisor,
    status: () => ({
      pid: process.pid,
      startedAt,
      uptimeMs: Math.round(clock.monotonic() - startedMonotonic),
      version: plan.version,
      dataDir: plan.dataDir,
      manager: options.manager,
      logFile: plan.log?.file ?? null,
      children: supervisor.status(),
      exits: supervisor.exits,
      deadly: supervisor.deadly,
    }),
    stop: (exitCode) => {
      replaced = false;
      supervisor.stop(exitCode);
    },
    isReplaced: () => replaced,
    renew: async (reason) => {
      const next = await options.replan();
      if (next.dataDir !== plan.dataDir) throw movedAway(plan.dataDir, next.dataDir);
      if (options.replaceable === true && next.version !== plan.version) {
        replaced = true;
        clock.timer(ANSWER_MS, () => supervisor.stop(0));
        return { version: next.version };
      }
      options.onPlan?.(next);
      supervisor.renew(next.children, next.version === plan.version ? reason : 'update');
      plan = { ...plan, version: next.version, children: next.children };
      return { version: next.version };
    },
    close: () => {
      chronicle.close(supervisor);
      claimed.release();
    },
  };
}

function movedAway(from: string, to: string): HoldfastError {
  return new HoldfastError(
    'ERR_CONFIG_INVALID',
    `The data folder is now ${to}; the engine works in ${from}.`,
    {
      hint: 'Another folder is another harvest: holdfast stop, then holdfast start.',
    },
  );
}

function orphanNotice(name: string, at: number): RunEvent {
  return {
    kind: 'notice',
    at,
    source: null,
    code: 'ORPHAN_ENDED',
    message: `A ${name} that an earlier supervisor had left was ended.`,
    hint: 'Nothing is lost by it.',
  };
}

function listNotice({ message }: Error, at: number): RunEvent {
  return {
    kind: 'notice',
    at,
    source: null,
    code: 'NOT_LISTED',
    message: `The supervisor cannot be listed among those that run (${message}).`,
    hint: 'The harvest goes on; name it with --data-dir or --config when you ask for it from another folder.',
  };
}

function journalNotice(error: Error, at: number): RunEvent {
  return {
    kind: 'notice',
    at,
    source: null,
    code: 'JOURNAL_UNWRITABLE',
    message: `The supervisor cannot write its journal (${error.message}).`,
    hint: 'The harvest goes on; should the supervisor be killed now, the next one may have to wait for the engine to end by itself.',
  };
}
