import { formatDuration } from '@holdfast/resilience/clock';
import type { IncidentReport } from '../../status/status-report.ts';
import { plain } from '../terminal/escape.ts';
import type { Look } from '../terminal/style.ts';
import { paint } from '../terminal/style.ts';
import { fit, pad } from '../terminal/width.ts';
import { grouped } from './quantities.ts';

/** So many are shown; `incidents` lists them all. */
const SHOWN = 6;

/** The incidents of the last day, a line each, and what lasts still before all others. */
export function incidentLines(incidents: readonly IncidentReport[], look: Look): string[] {
  if (incidents.length === 0) return [];
  const open = incidents.filter(({ state }) => state === 'open');
  const shown = [...open, ...incidents.filter(({ state }) => state !== 'open')].slice(0, SHOWN);
  const more = incidents.length - shown.length;
  return [
    'Incidents, last 24 h (UTC)',
    ...shown.map((incident) => incidentLine(incident, look)),
    ...(more > 0 ? [fit(`  and ${more} more: holdfast incidents`, look.columns)] : []),
    '',
  ];
}

function incidentLine(incident: IncidentReport, look: Look): string {
  const end = incident.recoveredAt === null ? 'now' : incident.recoveredAt.slice(11, 16);
  const recovered = incident.recoverMs === null ? '-' : formatDuration(incident.recoverMs);
  const line = fit(
    `  ${pad(`${incident.startedAt.slice(11, 16)}-${end}`, 11)} ` +
      `${pad(fit(plain(incident.scope), 13), 13)} ${pad(fit(incident.cause, 14), 14)} ` +
      `detect ${pad(formatDuration(incident.detectMs), 6)} recover ${pad(recovered, 6)}` +
      `${incident.recordsAffected > 0 ? ` late ${grouped(incident.recordsAffected)}` : ''}`,
    look.columns,
  ).trimEnd();
  return incident.state === 'open' ? paint(look, 'yellow', line) : line;
}
