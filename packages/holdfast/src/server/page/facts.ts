import type { AlertsStatus } from '../../follow/index.ts';
import type { StatusReport } from '../../status/status-report.ts';
import { html } from '../../markup/html.ts';
import type { Html, HtmlValue } from '../../markup/html.ts';
import { countdown } from './time.ts';
import { capital, grouped, sizeOf, span } from './words.ts';

/** A name, its value and what is to be said about it. */
type Fact = readonly [name: string, value: HtmlValue, note: HtmlValue];

/** The figures of the whole, as a list of names and values. */
export function factList(report: StatusReport, alerts: AlertsStatus | null): Html {
  const facts = [
    engine(report),
    restarts(report),
    ...store(report),
    disk(report),
    ...machine(report),
    ...channels(alerts),
    ...drilled(report),
  ];
  return html`<dl class="facts">
    ${facts.map(
      ([name, value, note]) =>
        html`<div>
          <dt>${name}</dt>
          <dd>${value}${note === '' ? null : html`<span class="note">${note}</span>`}</dd>
        </div>`,
    )}
  </dl>`;
}

function drilled({ drill }: StatusReport): Fact[] {
  if (drill === null) return [];
  const { startedAt, size, valid, invalid, unknown, notCovered } = drill;
  const rest = `${grouped(invalid)} invalid, ${grouped(unknown)} unknown, ${grouped(notCovered)} not covered`;
  return [['Last drill', `${grouped(valid)} valid`, `${startedAt.slice(0, 10)} (${size}): ${rest}`]];
}

function engine({ engine: { state, pid, uptimeSeconds, nextStartAt } }: StatusReport): Fact {
  if (nextStartAt !== null) return ['Engine', capital(state), html`starts again ${countdown(nextStartAt)}`];
  const up = pid === null ? '' : `up ${span(uptimeSeconds)} · process ${pid}`;
  return ['Engine', capital(state), up];
}

function restarts({ engine, supervisor }: StatusReport): Fact {
  const counts = Object.entries(engine.restarts).filter(([, count]) => count > 0);
  const total = counts.reduce((sum, [, count]) => sum + count, 0);
  const reasons = counts.map(([reason, count]) => `${count} ${reason}`).join(', ');
  const by =
    supervisor === null ? 'no supervisor answers' : `supervisor up ${span(supervisor.uptimeSeconds)}`;
  return ['Restarts', grouped(total), reasons === '' ? by : reasons];
}

function store({
  store: { records, bytes, quarantined, gapsOpen, auditCompleteUntil },
}: StatusReport): Fact[] {
  return [
    ['Records', grouped(records), `${sizeOf(bytes)} with their raw pages`],
    ['Quarantine', grouped(quarantined), 'could not be parsed; their bytes are kept'],
    ['Gaps', grouped(gapsOpen), 'known upstream, not here yet'],
    ...(auditCompleteUntil === null
      ? []
      : ([
          ['Audited complete', `to ${auditCompleteUntil}`, 'every day before it, of every source'],
        ] as const)),
  ];
}

function disk({ disk: { freeBytes, maxDisk, fullInDays, usedBytes } }: StatusReport): Fact {
  const bound = maxDisk === null ? '' : `${sizeOf(usedBytes)} of at most ${sizeOf(maxDisk)}`;
  const forecast =
    fullInDays === null ? '' : `full in ${grouped(Math.floor(fullInDays))} days at the present rate`;
  return [
    'Disk',
    freeBytes === null ? 'unknown' : `${sizeOf(freeBytes)} free`,
    [bound, forecast].filter((text) => text !== '').join(' · '),
  ];
}

function machine({ machine: told }: StatusReport): Fact[] {
  if (told === null) return [];
  const slept = told.lastSleep === null ? '' : `last slept for ${span(told.lastSleep.seconds)}`;
  return [
    ['Network', told.network === 'up' ? 'Up' : 'Offline', slept],
    ['Keep awake', told.awake === null ? 'Off' : AWAKE[told.awake.state], told.awake?.says ?? ''],
  ];
}

const AWAKE = { prevented: 'Kept awake', partly: 'Partly', not: 'Not kept' } as const;

/** Whoever is to be told of trouble should see when nobody can be. */
function channels(alerts: AlertsStatus | null): Fact[] {
  if (alerts === null) return [];
  const pending = alerts.channels.reduce((sum, channel) => sum + channel.pending, 0);
  const failed = alerts.channels.find(({ lastError }) => lastError !== null);
  const trouble = failed === undefined ? alerts.problem : `${failed.channel}: ${failed.lastError ?? ''}`;
  const names = alerts.channels.map(({ channel }) => channel).join(', ');
  return [['Alerts', pending === 0 ? 'Delivered' : `${grouped(pending)} waiting`, trouble ?? names]];
}
