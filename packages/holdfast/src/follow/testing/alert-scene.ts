import { seededRandom, VirtualClock } from '@holdfast/resilience/clock';
import { memoryState } from '@holdfast/resilience/state';
import type { StateStore } from '@holdfast/resilience';
import type { AlertChannel } from '../../config/config.ts';
import type { ChildExit } from '../../model/engine-message.ts';
import { NO_RESTARTS } from '../../model/engine-message.ts';
import type { Incident, IncidentCause } from '../../model/incident.ts';
import type { ChildStatus, SupervisorStatus } from '../../model/supervisor-status.ts';
import type { AlertView } from '../alerts/alert-view.ts';
import type { AlertMessage } from '../alerts/message.ts';
import type { RunningAlerts } from '../alerts/start-alerts.ts';
import { startAlerts } from '../alerts/start-alerts.ts';

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;

/** An open incident. */
export function incident(cause: IncidentCause, startedAt: number, change: Partial<Incident> = {}): Incident {
  const scope = change.scope ?? 'example.org';
  return {
    id: `${cause}-${scope}-${startedAt}`,
    cause,
    scope,
    layer: 'request',
    summary: `${cause} of ${scope}`,
    sources: [scope],
    startedAt,
    detectedAt: startedAt,
    recoveredAt: null,
    count: 1,
    actions: [{ at: startedAt, what: 'asking again after a pause' }],
    nextAttemptAt: null,
    recordsAffected: 0,
    ...change,
  };
}

/** A supervisor whose engine is as given. */
export function supervisorWith(
  engine: Partial<ChildStatus>,
  exits: readonly ChildExit[] = [],
): SupervisorStatus {
  return {
    pid: 1,
    startedAt: 0,
    uptimeMs: 0,
    version: '0.0.0',
    dataDir: '/data',
    manager: null,
    logFile: null,
    children: [
      {
        name: 'engine',
        mode: 'running',
        pid: 2,
        since: 0,
        startedAt: 0,
        nextStartAt: null,
        lastHeartbeatAt: null,
        progress: 0,
        rss: null,
        restarts: NO_RESTARTS,
        ...engine,
      },
    ],
    exits,
    deadly: [],
  };
}

/** An exit of the engine. */
export function exitAt(at: number, change: Partial<ChildExit> = {}): ChildExit {
  return {
    id: `exit-${at}`,
    child: 'engine',
    at,
    code: 1,
    signal: null,
    reason: 'crash',
    restartInMs: 1_000,
    coolingDown: false,
    ...change,
  };
}

export const WEBHOOK: AlertChannel = { type: 'webhook', url: 'https://hooks.example.org/1', secretEnv: null };
export const DESKTOP: AlertChannel = { type: 'desktop' };

/** Alerts on a virtual clock, and everything that their channels were given. */
export class Scene {
  readonly clock = new VirtualClock();
  readonly state: StateStore;
  readonly start: number = this.clock.now();
  incidents: Incident[] = [];
  supervisor: SupervisorStatus | null = supervisorWith({});
  engineAnswers = true;
  /** What only the engine knows: an incident that it could not write down. */
  unwritten: Incident[] = [];
  hasStore = true;
  /** Channels that refuse for now. */
  readonly down = new Set<AlertChannel['type']>();
  /** Ids of messages that no channel takes. */
  readonly refused = new Set<string>();
  readonly told: { channel: AlertChannel['type']; message: AlertMessage; at: number }[] = [];
  attempts = 0;
  alerts: RunningAlerts;
  readonly #channels: readonly AlertChannel[];
  readonly #outageAfter: number;

  constructor(
    options: {
      channels?: readonly AlertChannel[];
      outageAfter?: number;
      state?: StateStore;
      incidents?: Incident[];
    } = {},
  ) {
    this.#channels = options.channels ?? [WEBHOOK];
    this.#outageAfter = options.outageAfter ?? 15 * MINUTE;
    this.incidents = options.incidents ?? [];
    this.state = options.state ?? memoryState();
    this.alerts = this.begin();
  }

  /** Starts (again). */
  begin(): RunningAlerts {
    this.alerts = startAlerts({
      clock: this.clock,
      random: seededRandom(1),
      state: this.state,
      channels: this.#channels,
      outageAfter: this.#outageAfter,
      url: 'http://127.0.0.1:4848/',
      observe: () => Promise.resolve(this.view()),
      send: (channel, message) => {
        this.attempts += 1;
        if (this.down.has(channel.type)) return Promise.reject(new Error('the channel is down'));
        if (this.refused.has(message.id)) return Promise.reject(new Error('not this one'));
        this.told.push({ channel: channel.type, message, at: this.clock.now() - this.start });
        return Promise.resolve();
      },
    });
    return this.alerts;
  }

  view(): AlertView {
    return {
      incidents: this.engineAnswers ? [...this.incidents, ...this.unwritten] : this.incidents,
      supervisor: this.supervisor,
      engineAnswers: this.engineAnswers,
      engineTells: this.engineAnswers,
      store: this.hasStore ? { records: 1_234, quarantined: 2, gapsOpen: 1 } : null,
      problem: null,
      now: this.clock.now(),
    };
  }

  open(cause: IncidentCause, change: Partial<Incident> = {}): Incident {
    const made = incident(cause, this.clock.now(), change);
    this.incidents.push(made);
    return made;
  }

  recover({ id }: Incident): void {
    this.incidents = this.incidents.map((each) =>
      each.id === id ? { ...each, recoveredAt: this.clock.now() } : each,
    );
  }

  /** What was told, in order, as `<event> <cause>`. */
  get events(): readonly string[] {
    return this.told.map(({ message }) => `${message.event} ${message.cause}`);
  }
}
