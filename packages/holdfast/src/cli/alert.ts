import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { sqliteState } from '@holdfast/resilience/state/sqlite';
import type { Config } from '../config/index.ts';
import { channelName, pendingMessages, systemSender, testMessage } from '../follow/index.ts';
import { EXIT } from '../model/exit-code.ts';
import { readVersion } from '../version.ts';
import type { Io } from './io.ts';
import { printList } from './list.ts';
import { usageError } from './usage-error.ts';
import type { Call, Register } from './verb.ts';

interface AlertOptions {
  readonly channel?: string;
  readonly json?: boolean;
}

interface Outcome {
  readonly channel: string;
  readonly ok: boolean;
  readonly error: string | null;
}

/** Longest time that a test of one channel may take, ms. */
const PATIENCE_MS = 60_000;

/** `alert`: sends a test message to the channels, or lists what the outbox holds. */
export const register: Register = (command, run) => {
  command
    .option('--channel <number>', 'test: only this channel, counted from 1')
    .option('--json', 'print one array')
    .addHelpText('after', '\nActions: test, list.')
    .action(
      run<AlertOptions>((call, action = '') => {
        if (action === 'test') return testChannels(call);
        if (action === 'list') return listOutbox(call);
        throw usageError(`There is no action "${action}".`, 'Actions: test, list.');
      }),
    );
};

async function testChannels({ io, options, look, resolved }: Call<AlertOptions>): Promise<number> {
  const { config } = resolved();
  const message = testMessage(`test-${randomUUID()}:test`, io.clock.now(), pageOf(config));
  const outcomes = await Promise.all(
    chosen(config, options.channel).map(async (channel): Promise<Outcome> => {
      const { env, platform, clock } = io;
      const send = systemSender({ clock, env, platform, version: readVersion() });
      const error = await failureOf(io, (signal) => send(channel, message, signal));
      return { channel: channelName(channel), ok: error === null, error };
    }),
  );
  await printList(io, look, options.json === true, {
    rows: outcomes,
    columns: [
      { title: 'CHANNEL', cell: ({ channel }) => channel },
      { title: 'RESULT', cell: ({ ok }) => (ok ? 'accepted' : 'failed') },
      { title: 'WHY', flexible: true, cell: ({ error }) => error ?? '' },
    ],
    nothing: 'No channels are configured: add them to "alerts" (docs/alerts.md).',
  });
  return outcomes.every(({ ok }) => ok) ? EXIT.ok : EXIT.unexpected;
}

function chosen({ alerts }: Config, wanted: string | undefined): Config['alerts']['channels'] {
  if (wanted === undefined) return alerts.channels;
  const channel = /^[1-9]\d*$/.test(wanted) ? alerts.channels[Number(wanted) - 1] : undefined;
  if (channel !== undefined) return [channel];
  throw usageError(
    `There is no channel ${wanted}.`,
    `Channels are counted from 1 to ${alerts.channels.length}.`,
  );
}

async function failureOf(io: Io, work: (signal: AbortSignal) => Promise<void>): Promise<string | null> {
  const limit = new AbortController();
  const timer = io.clock.timer(PATIENCE_MS, () => limit.abort(new Error('It took too long.')));
  try {
    await work(limit.signal);
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  } finally {
    timer.cancel();
  }
}

async function listOutbox({ io, options, look, resolved }: Call<AlertOptions>): Promise<number> {
  const { config } = resolved();
  const rows = await outboxOf(io, config);
  await printList(io, look, options.json === true, {
    rows,
    columns: [
      { title: 'AT', cell: ({ queuedAt }) => queuedAt },
      {
        title: 'DELIVERED',
        cell: ({ delivered, due }) => `${delivered.length}/${delivered.length + due.length}`,
      },
      { title: 'ID', cell: ({ id }) => id },
      { title: 'MESSAGE', flexible: true, cell: ({ title }) => title },
    ],
    nothing: 'No alert was sent in the last 30 days.',
  });
  return EXIT.ok;
}

async function outboxOf(io: Io, { dataDir, alerts }: Config): ReturnType<typeof pendingMessages> {
  const folder = join(dataDir, 'alerts');
  // Looking must not make one.
  if (!existsSync(folder)) return [];
  const state = sqliteState(folder, { clock: io.clock });
  try {
    return await pendingMessages(state, alerts.channels);
  } finally {
    await state.close();
  }
}

function pageOf({ dashboard: { host, port } }: Config): string | null {
  return port === 0 ? null : `http://${host.includes(':') ? `[${host}]` : host}:${port}/`;
}
