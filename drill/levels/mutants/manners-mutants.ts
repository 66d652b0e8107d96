import { ENGINE, type Mutant } from './mutant.ts';

/** Mistakes of who asks: how often, how soon, how often again. */
export const mannersMutants: readonly Mutant[] = [
  {
    name: '406 swallowed',
    promise: 'A throttle is shown as what it is, whatever its status.',
    edits: [
      {
        file: ENGINE,
        find: 'if (throttle !== null) return { stop: true, reading: { type: "throttled", detail: throttle } };',
        replace:
          'if (throttle !== null) return { stop: true, reading: status === 406 ? { type: "nothing", serverDate: null, detail: throttle } : { type: "throttled", detail: throttle } };',
      },
    ],
    caughtBy: 'blocked by 406',
  },
  {
    name: 'Retry-After ignored',
    promise: 'Retry-After is never undercut.',
    edits: [
      {
        file: ENGINE,
        find: 'if (asked === null || status < 300) return void 0;',
        replace: 'if (status >= 0) return void 0;',
      },
    ],
    caughtBy: 'retry-after-huge',
  },
  {
    name: 'Retry-After forgotten by a restart',
    promise: 'What the upstream asked for is remembered over restarts.',
    edits: [
      {
        file: ENGINE,
        find: 'const state = sqliteState(config.stateDir, { clock: systemClock });',
        replace: 'const state = sqliteState(`${config.stateDir}-${process.pid}`, { clock: systemClock });',
      },
    ],
    caughtBy: 'retry-after-huge',
  },
  {
    name: 'throttled without a cool-down',
    promise: 'A throttle that names no time is waited out all the same.',
    edits: [
      {
        file: ENGINE,
        find: 'await gate.close(grown, {',
        replace: 'await gate.close(Math.min(grown, 1), {',
      },
    ],
    caughtBy: 'blocked by 406',
  },
  {
    name: 'retry storm',
    promise: 'A dead upstream is asked ever more rarely.',
    edits: [
      {
        file: ENGINE,
        find: 'network: { attempts: 3, backoff: fullJitter("1s", "30s") },',
        replace: 'network: { attempts: 300, backoff: constant(1) },',
      },
      { file: ENGINE, find: 'failures: 10, openMs: "15s",', replace: 'failures: 10000, openMs: 1,' },
    ],
    caughtBy: 'outage of 500',
  },
  {
    name: 'no pause between requests',
    promise: 'Requests keep the interval that was configured.',
    edits: [
      {
        file: ENGINE,
        find: 'return Math.max(0, this.#end.monotonic + intervalMs - this.#clock.monotonic());',
        replace: 'return 0;',
      },
    ],
    caughtBy: 'redirect',
  },
  {
    name: 'redirects jump the queue',
    promise: 'The hops of a redirect wait for their turn as every request does.',
    edits: [
      {
        file: ENGINE,
        find: 'const answer = await this.#send(current, signal);',
        replace:
          'const answer = current === url ? await this.#send(current, signal) : await this.#options.transport.send({ url: current, headers: { accept: this.#options.source.accept }, timeouts: this.#options.source.timeouts, maxBytes: 1e9 }, signal);',
      },
    ],
    caughtBy: 'redirect',
  },
];
