/**
 * `npm run year -- [--seed N] [--days 365] [--json]`: a year of one computer in virtual time: the real supervisor, engine,
 * SQLite store and log, simulated upstreams, and everything that happens to a computer. Exit 5 when something that
 * had to hold did not, 4 when a kind of fault never fired, so that the run is no verdict on it.
 */
import { parseArgs } from 'node:util';
import { printReport } from './print-report.ts';
import { runYear } from './year.ts';

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    days: { type: 'string', default: '365' },
    json: { type: 'boolean', default: false },
  },
});
const begun = process.hrtime.bigint();
const report = await runYear({
  seed: Number(values.seed),
  days: Number(values.days),
  onMonth: ({ day }) => process.stderr.write(`day ${String(day)}\n`),
});
const seconds = Number((process.hrtime.bigint() - begun) / 1_000_000n) / 1_000;
if (values.json) process.stdout.write(`${JSON.stringify({ ...report, seconds })}\n`);
else for (const line of printReport(report, seconds)) process.stdout.write(`${line}\n`);
process.exitCode = { valid: 0, invalid: 5, unknown: 4 }[report.verdict];
