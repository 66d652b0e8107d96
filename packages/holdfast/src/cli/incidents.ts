import { formatDuration } from '@holdfast/resilience/clock';
import { addDays, dayOf } from '../model/day.ts';
import { EXIT } from '../model/exit-code.ts';
import type { IncidentTotal } from '../model/incident.ts';
import { incidentReport, recentIncidents } from '../status/incident-report.ts';
import { withStore } from '../status/open-reader.ts';
import type { IncidentReport } from '../status/status-report.ts';
import type { StoreReader } from '../store/port.ts';
import type { Io } from './io.ts';
import { write, writeLine } from './io.ts';
import { printList } from './list.ts';
import type { Look } from './terminal/style.ts';
import { grouped } from './status/quantities.ts';
import type { Column } from './terminal/table.ts';
import type { Register } from './verb.ts';

interface IncidentOptions {
  readonly json?: boolean;
  readonly all?: boolean;
  readonly source?: string;
}

/** Totals are kept for so many days. */
const TOTAL_DAYS = 400;

/** `incidents`: what went wrong, one row per cause, with what was done about it and when it was over. */
export const register: Register = (command, run) => {
  command
    .option('--json', 'print one array')
    .option('--all', 'every one that is kept, and the totals of older ones by day')
    .option('--source <id>', 'those that touched this source only')
    .action(
      run<IncidentOptions>(({ io, options, look, resolved }) =>
        withStore(resolved().config, async (reader) => {
          const now = io.clock.now();
          const incidents = (await found(reader, options, now)).map(incidentReport);
          const totals =
            options.all === true ? await reader.incidentTotals(addDays(dayOf(now), -TOTAL_DAYS)) : [];
          if (options.json === true) await printJson(io, incidents, totals);
          else await printTables(io, look, incidents, totals);
          return EXIT.ok;
        }),
      ),
    );
};

async function found(reader: StoreReader, { all, source }: IncidentOptions, now: number) {
  const narrowed = source === undefined ? {} : { source };
  return all === true ? reader.incidents(narrowed) : recentIncidents(reader, now, narrowed);
}

function printJson(
  io: Io,
  incidents: readonly IncidentReport[],
  totals: readonly IncidentTotal[],
): Promise<void> {
  const rows = [
    ...incidents.map((incident) => ({ kind: 'incident', ...incident })),
    ...totals.map((total) => ({ kind: 'total', ...total })),
  ];
  return write(io.out, `${JSON.stringify(rows, null, 2)}\n`);
}

async function printTables(
  io: Io,
  look: Look,
  incidents: readonly IncidentReport[],
  totals: readonly IncidentTotal[],
): Promise<void> {
  await printList(io, look, false, {
    rows: incidents,
    columns: COLUMNS,
    nothing: 'No incident lasts, and none was in the last 24 hours. Older ones: holdfast incidents --all',
  });
  if (totals.length === 0) return;
  await writeLine(io.out);
  await printList(io, look, false, { rows: totals, columns: TOTAL_COLUMNS, nothing: '' });
}

const COLUMNS: readonly Column<IncidentReport>[] = [
  { title: 'SINCE (UTC)', cell: ({ startedAt }) => minute(startedAt) },
  { title: 'UNTIL', cell: ({ recoveredAt }) => (recoveredAt === null ? 'lasts' : minute(recoveredAt)) },
  { title: 'CAUSE', cell: ({ cause }) => cause },
  { title: 'SCOPE', cell: ({ scope }) => scope },
  { title: 'DETECT', align: 'right', cell: ({ detectMs }) => formatDuration(detectMs) },
  {
    title: 'RECOVER',
    align: 'right',
    cell: ({ recoverMs }) => (recoverMs === null ? '-' : formatDuration(recoverMs)),
  },
  { title: 'LATE', align: 'right', cell: ({ recordsAffected }) => grouped(recordsAffected) },
  { title: 'WHAT', flexible: true, cell: whatOf },
];

const TOTAL_COLUMNS: readonly Column<IncidentTotal>[] = [
  { title: 'DAY', cell: ({ day }) => day },
  { title: 'CAUSE', cell: ({ cause }) => cause },
  { title: 'COUNT', align: 'right', cell: ({ count }) => grouped(count) },
  { title: 'TOGETHER', align: 'right', cell: ({ durationMs }) => formatDuration(durationMs) },
  { title: 'LONGEST', align: 'right', cell: ({ longestMs }) => formatDuration(longestMs) },
  { title: 'LATE', align: 'right', cell: ({ recordsAffected }) => grouped(recordsAffected) },
];

/** What is wrong, whom it touches, and what was done, oldest first. */
function whatOf({ summary, sources, actions, count, nextAttemptAt }: IncidentReport): string {
  const touched = sources.length > 1 ? ` (${grouped(sources.length)} sources)` : '';
  const again = count > 1 ? ` Seen ${grouped(count)} times.` : '';
  const done = actions.map(({ at, what }) => ` ${at.slice(11, 19)} ${what}.`).join('');
  const next = nextAttemptAt === null ? '' : ` Next try ${nextAttemptAt.slice(11, 19)}.`;
  return `${summary}${touched}${again}${done}${next}`;
}

function minute(instant: string): string {
  return instant.slice(0, 16).replace('T', ' ');
}
