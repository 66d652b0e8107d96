import { classify } from '@holdfast/resilience';
import { formatDuration } from '@holdfast/resilience/clock';
import type { SourceConfig } from '../../../config/index.ts';
import { isLoopback } from '../../../transport/loopback.ts';
import type { Check, DoctorWorld } from '../world.ts';
import type { Finding } from '../finding.ts';
import { broken, doubtful, fine, skipped } from '../finding.ts';

/** A clock that is further off is worth a look: days come from the servers, but waits are shown by ours. */
const SKEW_MS = 30_000;

const UNWELL = new Set(['blocked', 'auth-needed', 'stale', 'throttled', 'waiting']);

const REPAIRS: Readonly<Record<string, string>> = {
  dns: 'check the name, the network and the DNS server',
  tls: 'check the clock of this machine, and NODE_EXTRA_CA_CERTS behind a proxy that reads along',
};

/** Every source: what its running engine says, or one polite request. */
export const sources: Check = async (world) => {
  const { config, status, offline } = world;
  const enabled = config.sources.filter((source) => source.enabled);
  if (status.report.engine.state !== 'stopped') return enabled.map((source) => asTold(world, source));
  if (offline) return [skipped('sources', 'Not asked (--offline).')];
  const found: Finding[] = [];
  const skews: number[] = [];
  // One after the other: sources of one service take turns anyway.
  for (const source of enabled) {
    const { finding, skew } = await ask(world, source);
    found.push(finding);
    if (skew !== null) skews.push(skew);
  }
  return [...found, ...clockOf(skews)];
};

function asTold({ status }: DoctorWorld, { id }: SourceConfig): Finding {
  const told = status.report.sources.find((source) => source.id === id);
  if (told === undefined)
    return skipped(`source ${id}`, 'The running engine does not know it yet: holdfast restart.');
  const text = `${told.state}${told.reason === '' ? '' : `: ${told.reason}`} (as the running engine says).`;
  return UNWELL.has(told.state)
    ? doubtful(`source ${id}`, text, `holdfast status, or holdfast retry ${id}`)
    : fine(`source ${id}`, text);
}

async function ask(
  { probe, lookup, io }: DoctorWorld,
  source: SourceConfig,
): Promise<{ readonly finding: Finding; readonly skew: number | null }> {
  const check = `source ${source.id}`;
  try {
    await lookupFirst(source, lookup, io.env);
    const { host, status, problem, clockAheadMs } = await probe(source);
    const finding =
      problem === null
        ? fine(check, `${host} answered (HTTP ${status}).`)
        : doubtful(
            check,
            `${host} answered, but not as it should: ${problem}`,
            'try again later, or check baseUrl',
          );
    return { finding, skew: clockAheadMs };
  } catch (error) {
    const { category } = classify(error);
    const { message, hint } = error as { message: string; hint?: string };
    const repair =
      REPAIRS[category] ?? (hint === undefined || hint === '' ? 'check baseUrl and the network' : hint);
    return { finding: broken(check, `${message} (${category})`, repair), skew: null };
  }
}

/** Behind a proxy the name is the proxy's to find. */
async function lookupFirst(
  { baseUrl }: SourceConfig,
  lookup: DoctorWorld['lookup'],
  env: Readonly<Record<string, string | undefined>>,
): Promise<void> {
  const proxied = ['HTTPS_PROXY', 'https_proxy', 'HTTP_PROXY', 'http_proxy'].some(
    (name) => (env[name] ?? '') !== '',
  );
  const host = baseUrl === undefined ? null : new URL(baseUrl).hostname;
  if (!proxied && host !== null && !isLoopback(host)) await lookup(host);
}

function clockOf(skews: readonly number[]): readonly Finding[] {
  if (skews.length === 0) return [];
  // Servers differ a little and answers take their time: the middle one is believed.
  const middle = skews.toSorted((a, b) => a - b)[Math.floor(skews.length / 2)] ?? 0;
  const told = `${formatDuration(Math.abs(middle))} ${middle < 0 ? 'behind' : 'ahead of'} the servers`;
  return [
    Math.abs(middle) <= SKEW_MS
      ? fine('clock', `The clock agrees with the servers (${told}).`)
      : doubtful('clock', `The clock is ${told}.`, 'let the system set its clock (timedatectl set-ntp true)'),
  ];
}
