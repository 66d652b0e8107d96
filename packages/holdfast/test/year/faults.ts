import type { Random } from '@holdfast/resilience/clock';
import type { FaultName } from './fault-plan.ts';
import type { YearUpstream } from './upstreams.ts';
import type { YearRun } from './year-run.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Answers that are broken once, or for a few times, and never lie about what there is. */
const PAGE_FAULTS =
  `500 502 504 tcp-reset early-close stall-mid-body slow-first-byte never-answers body-cut-reset
  gzip-truncated gzip-bad-crc html-200 empty-200 throttle-body-200 redirect no-length-cut body-cut-valid
  control-character undefined-entity`.split(/\s+/);
const OAI_FAULTS = ['expired-token', 'bad-resumption-token', 'no-records-match-mid-list', 'empty-token'];
const THROTTLES = [
  '429',
  '429-retry-after',
  '429-retry-after-date',
  '503-retry-after',
  '503-retry-after-date',
];

/** Has a fault happen now; false when it cannot (no engine to hang, a network that is gone already). */
export async function applyFault(run: YearRun, name: FaultName): Promise<boolean> {
  return FAULTS[name](run);
}

const FAULTS: Readonly<Record<FaultName, (run: YearRun) => Promise<boolean> | boolean>> = {
  'sleep-night': async (run) => {
    const monotonic = run.machine.platform === 'darwin';
    await run.jump(between(6 * HOUR, 10 * HOUR, run.random), monotonic);
    const kind = `sleep-${run.machine.platform}` as const;
    run.fired[kind] = (run.fired[kind] ?? 0) + 1;
    return true;
  },
  pause: async (run) => {
    await run.jump(between(30 * SECOND, 15 * MINUTE, run.random), true);
    return true;
  },
  'clock-step': (run) => {
    const size =
      run.random.next() < 0.5 ? between(SECOND, MINUTE, run.random) : between(MINUTE, 3 * HOUR, run.random);
    run.step(Math.round(run.random.next() < 0.5 ? size : -size));
    return true;
  },
  'clock-dst': (run) => {
    const by = run.random.next() < 0.5 ? HOUR : -HOUR;
    run.step(by);
    stepBack(run, by, between(HOUR, 3 * DAY, run.random));
    return true;
  },
  // A clock that somebody set wrong, or an empty battery, until NTP puts it right.
  'clock-wrong': (run) => {
    const by = pick([-730 * DAY, -3 * DAY, -DAY, 2 * DAY, 40 * DAY], run.random);
    run.step(by);
    stepBack(run, by, between(5 * MINUTE, 12 * HOUR, run.random));
    return true;
  },
  crash: (run) => onEngine(run, (engine) => engine.crash()),
  'crash-at-call': (run) => onEngine(run, (engine) => engine.life.dieWithin(1 + whole(400, run.random))),
  // Lives of about as long as it takes until earlier crashes are forgiven.
  'crash-series': (run) =>
    onEngine(run, (engine) => {
      engine.crash();
      for (const minutes of [8, 16, 24])
        run.later(run.now + (minutes + 4 * run.random.next()) * MINUTE, () => {
          if (!run.isCalm) onEngine(run, (next) => next.crash());
        });
    }),
  'crash-burst': (run) =>
    onEngine(run, (engine) => {
      run.machine.next.dying = pick([4, 4, 5, 9, 14, 26], run.random);
      engine.crash();
    }),
  hang: (run) =>
    onEngine(run, (engine) => {
      run.machine.watchdog.stopped(engine, run.machine.clock.monotonic(), true);
      engine.life.stop();
    }),
  'hang-at-start': (run) =>
    onEngine(run, (engine) => {
      run.machine.next.hung += 1;
      engine.crash();
    }),
  'engine-stopped': (run) =>
    onEngine(run, (engine) => {
      const { watchdog, clock } = run.machine;
      watchdog.stopped(engine, clock.monotonic(), false);
      engine.life.stop();
      clock.timer(between(5 * SECOND, 45 * SECOND, run.random), () => {
        watchdog.goesOn(engine);
        // A crash between silence and the first heartbeat is neither a healthy end nor a hang: not judged here.
        engine.life.dieWithin(Number.POSITIVE_INFINITY);
        engine.life.goOn();
      });
    }),
  leak: (run) => onEngine(run, (engine) => void (engine.leak = between(2, 60, run.random) * 2 ** 20)),
  'operator-restart': (run) => withSupervisor(run, () => run.machine.renew('operator')),
  update: (run) => withSupervisor(run, () => run.machine.renew('update')),
  'supervisor-stop': async (run) => {
    if (run.machine.supervisor === null) return false;
    run.forgetUntold();
    await run.machine.stopSupervisor();
    run.later(run.now + between(SECOND, 20 * MINUTE, run.random), () => startAgain(run));
    return true;
  },
  'supervisor-kill': (run) =>
    withSupervisor(run, () => {
      run.machine.killSupervisor();
      run.later(run.now + between(100, 30 * SECOND, run.random), () => startAgain(run));
    }),
  outage: (run) => outage(run),
  'server-errors': (run) => serverErrors(run),
  throttle: (run) => throttle(run),
  'page-fault': (run) => {
    const { upstream } = anUpstream(run);
    const faults = upstream.kind === 'biorxiv' ? PAGE_FAULTS : [...PAGE_FAULTS, ...OAI_FAULTS];
    const applicable = faults.filter((each) => upstream.kind !== 'biorxiv' || each !== 'undefined-entity');
    upstream.arm(`${pick(applicable, run.random)}@1x${String(1 + whole(4, run.random))}`);
    return true;
  },
  offline: (run) => offline(run, true),
  'offline-untold': (run) => offline(run, false),
  // The newest but some are published late, with the datestamps that they had.
  'late-records': (run) => {
    const { upstream } = anUpstream(run);
    const newest = [...upstream.truth()].length;
    upstream.hide(2, newest - 3);
    run.later(run.now + between(HOUR, 36 * HOUR, run.random), () => void upstream.publishHidden(), true);
    return true;
  },
};

function stepBack(run: YearRun, by: number, afterMs: number): void {
  run.later(run.now + afterMs, () => {
    if (!run.isCalm) run.step(-by);
  });
}

function outage(run: YearRun): boolean {
  const one = anUpstream(run);
  if (one.isDown) return false;
  one.isDown = true;
  const refused = one.refused;
  const from = run.machine.clock.now();
  // From minutes to four days, short ones more often.
  run.later(run.now + 3 * MINUTE * 2_000 ** run.random.next(), () => {
    one.isDown = false;
    if (one.refused - refused >= 4)
      run.witness('outage', from, `${one.host} refused ${one.refused - refused}`);
  });
  return true;
}

function serverErrors(run: YearRun): boolean {
  const { upstream } = anUpstream(run);
  upstream.arm('any:503@1x*');
  run.later(run.now + between(10 * MINUTE, 8 * HOUR, run.random), () => upstream.disarm('503'));
  return true;
}

function throttle(run: YearRun): boolean {
  const { upstream } = anUpstream(run);
  upstream.arm(`any:${pick(THROTTLES, run.random)}@1x${String(1 + whole(3, run.random))}`);
  return true;
}

function offline(run: YearRun, isTold: boolean): boolean {
  const { network, clock } = run.machine;
  if (network.isDown) return false;
  network.isDown = true;
  network.isTold = isTold;
  const from = clock.now();
  const { engine } = run.machine;
  if (isTold) engine?.engine?.networkChanged({ type: 'down', addresses: [] });
  const forMs = between(20 * SECOND, 6 * HOUR, run.random);
  if (isTold && forMs > 5 * MINUTE) run.witness('offline', from, 'our network is down');
  run.later(run.now + forMs, () => {
    network.isDown = false;
    if (isTold) run.machine.engine?.engine?.networkChanged({ type: 'up', addresses: ['192.0.2.8'] });
  });
  return true;
}

/** Only an engine that is at work, undisturbed, can have something happen to it. */
function onEngine(run: YearRun, work: (engine: NonNullable<YearRun['machine']['engine']>) => void): boolean {
  const { engine } = run.machine;
  if (engine?.engine === undefined || engine.engine === null) return false;
  if (engine.life.stopped || engine.life.dead || engine.askedAt !== null) return false;
  work(engine);
  return true;
}

/** Somebody may have started it in the meantime. */
function startAgain({ machine }: YearRun): void {
  if (machine.supervisor === null) machine.startSupervisor();
}

function withSupervisor(run: YearRun, work: () => void): boolean {
  if (run.machine.supervisor === null) return false;
  work();
  return true;
}

function anUpstream({ machine, random }: YearRun): YearUpstream {
  return pick(machine.upstreams, random);
}

function between(least: number, most: number, random: Random): number {
  return least + random.next() * (most - least);
}

function whole(below: number, random: Random): number {
  return Math.floor(random.next() * below);
}

function pick<T>(values: readonly T[], random: Random): T {
  const value = values[whole(values.length, random)];
  if (value === undefined) throw new RangeError('nothing to pick from');
  return value;
}
