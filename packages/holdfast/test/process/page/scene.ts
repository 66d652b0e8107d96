import type { LiveStatus } from '../../../src/status/live-status.ts';
import type { SourceConfig } from '../../../src/config/index.ts';
import { NO_RESTARTS } from '../../../src/model/engine-message.ts';
import type { SourceStateName } from '../../../src/model/event.ts';
import type { Incident } from '../../../src/model/incident.ts';
import type { MachineStatus } from '../../../src/model/machine-status.ts';
import { SLOTS_PER_DAY, SLOT_MS, TIMELINE_LETTERS } from '../../../src/model/timeline.ts';
import type { TimelineDay } from '../../../src/model/timeline.ts';
import { dayOf } from '../../../src/model/day.ts';

/** The states in which the page is looked at. */
export const SCENES = ['ok', 'degraded', 'offline', 'asleep'] as const;
/** One of them. */
export type SceneName = (typeof SCENES)[number];

/** Everything that a page shows in one state. */
export interface Scene {
  readonly sources: readonly SceneSource[];
  readonly incidents: readonly Incident[];
  readonly machine: MachineStatus;
  readonly crashes: number;
  readonly gaps: number;
  readonly quarantined: number;
}

/** A source, and the state that each five minutes of the last day were in. */
export interface SceneSource {
  readonly id: string;
  readonly kind: SourceConfig['kind'];
  readonly state: SourceStateName;
  readonly reason: string;
  readonly attempt: number;
  readonly nextInMs: number | null;
  readonly lastSuccessAgoMs: number;
  /** From the oldest: so many minutes in this state, until 24 hours are full. */
  readonly history: readonly (readonly [minutes: number, state: SourceStateName])[];
}

const HOUR = 3_600_000;
const MINUTE = 60_000;

/** The scene as it is at `now`, wall ms. */
export function sceneAt(name: SceneName, now: number): Scene {
  return SCENE_MAKERS[name](now);
}

const machine = (change: Partial<MachineStatus> = {}): MachineStatus => ({
  network: 'up',
  networkSince: null,
  lastSleep: null,
  lastClockStep: null,
  keptAwake: { state: 'partly', says: 'idle sleep only; closing the lid still puts it to sleep' },
  ...change,
});

const source = (id: string, change: Partial<SceneSource> = {}): SceneSource => ({
  id,
  kind: 'oai-pmh',
  state: 'ok',
  reason: '',
  attempt: 0,
  nextInMs: 17_000,
  lastSuccessAgoMs: 42_000,
  history: [[1440, 'ok']],
  ...change,
});

const incident = (id: string, now: number, change: Partial<Incident>): Incident => ({
  id,
  cause: 'outage',
  scope: 'upstream.example.org',
  layer: 'request',
  summary: 'HTTP 503 from upstream.example.org',
  sources: ['library'],
  startedAt: now - 2 * HOUR,
  detectedAt: now - 2 * HOUR + 3_000,
  recoveredAt: null,
  count: 1,
  actions: [
    { at: now - 2 * HOUR, what: 'asked again with growing pauses' },
    { at: now - HOUR, what: 'opened the circuit; one probe each 5 minutes' },
  ],
  nextAttemptAt: now + 190_000,
  recordsAffected: 0,
  ...change,
});

const SCENE_MAKERS: Readonly<Record<SceneName, (now: number) => Scene>> = {
  ok: (now) => ({
    sources: [
      source('arxiv', {
        kind: 'arxiv',
        history: [
          [600, 'ok'],
          [60, 'throttled'],
          [780, 'ok'],
        ],
      }),
      source('biorxiv', { kind: 'biorxiv', state: 'catching-up', reason: 'history: 2024-03-01..2024-03-08' }),
      source('university-library-of-a-long-name-that-does-not-end', { lastSuccessAgoMs: 6 * HOUR }),
      source('archive', {
        state: 'disabled',
        reason: 'disabled',
        nextInMs: null,
        history: [[1440, 'disabled']],
      }),
    ],
    incidents: [
      incident('i1', now, {
        recoveredAt: now - HOUR,
        nextAttemptAt: null,
        recordsAffected: 412,
        summary: 'HTTP 429 from export.arxiv.org',
        cause: 'throttled',
        scope: 'export.arxiv.org',
        sources: ['arxiv'],
      }),
    ],
    machine: machine(),
    crashes: 0,
    gaps: 0,
    quarantined: 0,
  }),
  degraded: (now) => ({
    sources: [
      source('arxiv', {
        kind: 'arxiv',
        history: [
          [1300, 'ok'],
          [60, 'waiting'],
          [80, 'ok'],
        ],
      }),
      source('library', {
        state: 'waiting',
        reason: 'HTTP 503 <script>alert(1)</script> since 14:02: our own backoff, nothing lost',
        attempt: 4,
        nextInMs: 190_000,
        lastSuccessAgoMs: 21 * MINUTE,
        history: [
          [1320, 'ok'],
          [120, 'waiting'],
        ],
      }),
      source('medrxiv', {
        kind: 'medrxiv',
        state: 'blocked',
        reason: 'blocked: a page of the edge asks for a browser',
        attempt: 2,
        nextInMs: 11 * HOUR,
        lastSuccessAgoMs: 9 * HOUR,
        history: [
          [900, 'ok'],
          [540, 'blocked'],
        ],
      }),
      source('slow', {
        state: 'stale',
        reason: 'nothing newer than 2026-11-17 although 2026-11-20 should have been announced',
        lastSuccessAgoMs: 3 * MINUTE,
        history: [
          [200, 'ok'],
          [1240, 'stale'],
        ],
      }),
      source('held', {
        state: 'paused',
        reason: 'paused by the operator',
        nextInMs: null,
        history: [
          [700, 'ok'],
          [740, 'paused'],
        ],
      }),
      source('members', {
        state: 'auth-needed',
        reason: 'HTTP 401',
        nextInMs: HOUR,
        history: [
          [1000, 'ok'],
          [440, 'auth-needed'],
        ],
      }),
    ],
    incidents: [
      incident('i1', now, { sources: ['library', 'held', 'slow', 'medrxiv', 'arxiv', 'members'], count: 7 }),
      incident('i2', now, {
        cause: 'crash-loop',
        layer: 'daemon',
        scope: 'engine',
        summary: 'The engine ended five times within a minute.',
        sources: [],
        recoveredAt: now - HOUR,
        nextAttemptAt: null,
        recordsAffected: 18,
      }),
    ],
    machine: machine({ keptAwake: null }),
    crashes: 6,
    gaps: 2,
    quarantined: 3,
  }),
  offline: (now) => ({
    sources: ['arxiv', 'biorxiv', 'library'].map((id) =>
      source(id, {
        state: 'offline',
        reason: 'no interface has an address that leads anywhere',
        nextInMs: 25_000,
        lastSuccessAgoMs: 2 * HOUR,
        history: [
          [1320, 'ok'],
          [120, 'offline'],
        ],
      }),
    ),
    incidents: [
      incident('i1', now, {
        cause: 'offline',
        layer: 'machine',
        scope: 'machine',
        summary: 'This machine has no network.',
        sources: ['arxiv', 'biorxiv', 'library'],
        actions: [{ at: now - 2 * HOUR, what: 'waiting for the network; every wait ends when it returns' }],
      }),
    ],
    machine: machine({ network: 'down', networkSince: now - 2 * HOUR }),
    crashes: 0,
    gaps: 0,
    quarantined: 0,
  }),
  asleep: (now) => ({
    sources: ['arxiv', 'biorxiv', 'library'].map((id) =>
      source(id, {
        state: 'asleep',
        reason: 'the machine slept from 03:10 to 09:05; its windows are asked again first',
        nextInMs: 4_000,
        lastSuccessAgoMs: 6 * HOUR,
        history: [
          [780, 'ok'],
          [360, 'asleep'],
          [300, 'ok'],
        ],
      }),
    ),
    incidents: [
      incident('i1', now, {
        cause: 'asleep',
        layer: 'machine',
        scope: 'machine',
        summary: 'The machine slept for 5h 55m.',
        sources: ['arxiv', 'biorxiv', 'library'],
        recoveredAt: now - 96_000,
        nextAttemptAt: null,
        recordsAffected: 412,
        actions: [{ at: now - 100_000, what: 'dropped all connections and spread the sources' }],
      }),
    ],
    machine: machine({ lastSleep: { endedAt: now - 100_000, ms: 5.9 * HOUR } }),
    crashes: 0,
    gaps: 0,
    quarantined: 0,
  }),
};

/** What a running engine would say. */
export function liveOf(scene: Scene, now: number): LiveStatus {
  return {
    engine: {
      state: 'running',
      pid: process.pid,
      uptimeSeconds: 1_051_200,
      version: '0.1.0',
      restarts: { ...NO_RESTARTS, crash: scene.crashes },
    },
    connectionHealth: { failures: 3, totalRetries: 5, lastSuccessfulFetch: null, uptimeHours: 292 },
    machine: scene.machine,
    sources: scene.sources.map(({ id, state, reason, attempt, nextInMs, lastSuccessAgoMs }) => ({
      id,
      state,
      reason,
      attempt,
      nextAttemptAt: nextInMs === null ? null : new Date(now + nextInMs).toISOString(),
      lastSuccessAt: new Date(now - lastSuccessAgoMs).toISOString(),
    })),
  };
}

/** The last two days of a source's slots; what lies before the last 24 hours was ok. */
export function timelineOf({ id, history }: SceneSource, now: number): readonly TimelineDay[] {
  const letters = history.flatMap(([minutes, state]) =>
    Array.from({ length: Math.round((minutes * MINUTE) / SLOT_MS) }, () => TIMELINE_LETTERS[state]),
  );
  const last = Math.floor(now / SLOT_MS);
  const first = last - letters.length + 1;
  const days = [...new Set([dayOf(now - 24 * HOUR), dayOf(now)])];
  return days.map((day) => {
    const begin = Date.parse(`${day}T00:00:00Z`) / SLOT_MS;
    const slots = Array.from({ length: SLOTS_PER_DAY }, (_, slot) => letters[begin + slot - first] ?? '.');
    return { source: id, day, slots: slots.join('') };
  });
}
