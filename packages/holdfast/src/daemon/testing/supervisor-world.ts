import { VirtualClock } from '@holdfast/resilience/clock';
import type { ChildMessage, StartNews } from '../../model/engine-message.ts';
import type { ChildListener } from '../child-process.ts';
import type { ChildSpec } from '../plan.ts';
import { RESTART_TIMES } from '../restart-policy.ts';
import { Supervisor, type SupervisorOptions } from '../supervisor.ts';
import type { RunEvent } from '../supervisor-event.ts';

/** A child that does nothing but remember what it was told. */
export interface FakeChild extends ChildListener {
  readonly sent: (object & Partial<StartNews>)[];
  killed: boolean;
}

/** The main child. */
export const ENGINE: ChildSpec = {
  name: 'engine',
  main: true,
  file: 'engine.js',
  start: { type: 'start' },
  watchdogMs: 30_000,
  maxMemory: null,
  ready: 'event',
};
/** An auxiliary one. */
export const SERVER: ChildSpec = {
  ...ENGINE,
  name: 'server',
  main: false,
  file: 'server.js',
  ready: 'heartbeat',
};
/** What the engine says once it works. */
export const READY: ChildMessage = {
  type: 'event',
  event: { kind: 'ready', at: 0, pid: 101, store: 'sqlite:a.db', sources: ['arxiv'] },
};
/** A sign of life. */
export const BEAT: ChildMessage = { type: 'heartbeat', progress: 1 };

/** A supervisor of fake children on a virtual clock. */
export function world(options: Partial<SupervisorOptions> = {}) {
  const clock = new VirtualClock();
  const started = new Map<string, FakeChild[]>();
  const events: RunEvent[] = [];
  let exits = 0;
  const supervisor = new Supervisor({
    children: [ENGINE],
    startChild: ({ file }, listener) => {
      const child: FakeChild = { ...listener, sent: [], killed: false };
      started.set(file, [...(started.get(file) ?? []), child]);
      return {
        pid: 100 + [...started.values()].flat().length,
        send: (message) => void child.sent.push(message),
        kill: () => {
          child.killed = true;
          listener.onExit(null, 'SIGKILL');
        },
      };
    },
    times: RESTART_TIMES,
    deadlineMs: null,
    lateExitCode: 4,
    patient: false,
    restart: true,
    inherited: null,
    clock,
    random: { next: () => 1 },
    uniqueId: () => `exit-${(exits += 1)}`,
    onEvent: (event) => events.push(event),
    onChange: () => undefined,
    ...options,
  });
  let ended: number | undefined;
  void supervisor.done.then((code) => {
    ended = code;
  });
  const all = (file = 'engine.js'): readonly FakeChild[] => started.get(file) ?? [];
  const last = (file = 'engine.js'): FakeChild => {
    const child = all(file).at(-1);
    if (child === undefined) throw new Error(`no ${file} was started`);
    return child;
  };
  return {
    clock,
    engines: all,
    events,
    supervisor,
    last,
    ended: () => ended,
    kinds: () => events.map(({ kind }) => kind),
    modes: () => supervisor.status().map(({ name, mode }) => `${name} ${mode}`),
  };
}
