/**
 * Runs the alerts with their durable outbox as a process that dies where it is told to: the `--conditions` of the
 * parent resolve the library to its sources. Everything comes as JSON in `ALERT_TEST`.
 */
import { readFileSync } from 'node:fs';
import type { JsonValue, StateStore } from '@holdfast/resilience';
import { systemClock, systemRandom } from '@holdfast/resilience/clock';
import { sqliteState } from '@holdfast/resilience/state/sqlite';
import type { AlertChannel } from '../../../src/config/config.ts';
import { startAlerts, systemSender, type SendAlert } from '../../../src/follow/index.ts';
import type { Incident } from '../../../src/model/incident.ts';

/** Where the process ends itself by SIGKILL. */
export type DeathAt = 'before intent' | 'after intent' | 'after sending' | 'before mark' | 'after mark';

/** What the process is told. */
export interface AlertTest {
  readonly stateFolder: string;
  /** A file with the incidents as JSON; read at each look. */
  readonly incidentsFile: string;
  readonly channels: readonly AlertChannel[];
  readonly dieAt: DeathAt | null;
}

const test = JSON.parse(process.env['ALERT_TEST'] ?? '') as AlertTest;

function dieIf(here: DeathAt): void {
  if (test.dieAt === here) process.kill(process.pid, 'SIGKILL');
}

function counts(value: JsonValue | undefined): { queued: number; delivered: number } {
  const { outbox = [] } = (value ?? {}) as {
    outbox?: { deliveries: Record<string, number | null> }[];
  };
  const delivered = outbox.flatMap(({ deliveries }) => Object.values(deliveries)).filter((at) => at !== null);
  return { queued: outbox.length, delivered: delivered.length };
}

/** A state store that dies before or after the writes of intent and of success. */
function deadly(inner: StateStore): StateStore {
  return {
    get: (key) => inner.get(key),
    lock: (key, options) => inner.lock(key, options),
    close: () => inner.close(),
    update: async (key, change) => {
      const before = await inner.get(key);
      const [was, willBe] = [counts(before), counts(change(before))];
      if (willBe.queued > was.queued) dieIf('before intent');
      if (willBe.delivered > was.delivered) dieIf('before mark');
      const result = await inner.update(key, change);
      if (willBe.queued > was.queued) dieIf('after intent');
      if (willBe.delivered > was.delivered) dieIf('after mark');
      return result;
    },
  };
}

const { env, platform } = process;
const real = systemSender({ clock: systemClock, env, platform, version: '0.0.0' });
const send: SendAlert = async (channel, message, signal) => {
  await real(channel, message, signal);
  dieIf('after sending');
};

startAlerts({
  clock: systemClock,
  random: systemRandom,
  state: deadly(sqliteState(test.stateFolder, { clock: systemClock })),
  channels: test.channels,
  outageAfter: 0,
  url: null,
  everyMs: 50,
  send,
  observe: () => {
    process.stdout.write('look\n');
    return Promise.resolve({
      incidents: JSON.parse(readFileSync(test.incidentsFile, 'utf8')) as Incident[],
      supervisor: null,
      engineAnswers: true,
      engineTells: true,
      store: null,
      problem: null,
      now: systemClock.now(),
    });
  },
});
