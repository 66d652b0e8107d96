/**
 * `npm run audits`: random harvests under random faults, audited under others, one a seed; nothing is lost on purpose.
 * `--seeds N` from `--from N` on. Exit 5 when an audit told something that is not so.
 */
import { parseArgs } from 'node:util';
import { playAudit } from './play-audit.ts';

const { values } = parseArgs({
  options: { seeds: { type: 'string', default: '1000' }, from: { type: 'string', default: '1' } },
});
const first = Number(values.from);
const sums = {
  audits: 0,
  alarms: 0,

  found: 0,

  requests: 0,
  doubtful: 0,
  fired: 0,
};
const kinds = new Map<string, number>();
const faults = new Set<string>();
for (let seed = first; seed < first + Number(values.seeds); seed += 1) {
  const played = await playAudit(seed);
  sums.audits += 1;
  sums.alarms += played.alarms.length > 0 ? 1 : 0;
  sums.found += played.missing;
  sums.requests += played.requests;
  sums.doubtful += played.doubts.length > 0 ? 1 : 0;
  sums.fired += played.fired.length;
  kinds.set(played.kind, (kinds.get(played.kind) ?? 0) + 1);
  for (const name of played.fired) faults.add(name);
  for (const alarm of played.alarms)
    process.stdout.write(`seed ${String(seed)} (${played.kind}): ${alarm.slice(0, 300)}\n`);
}
process.stdout.write(
  `${String(sums.audits)} audits (${[...kinds].map(([kind, count]) => `${kind} ${String(count)}`).join(', ')}): ` +
    `${String(sums.alarms)} with a false alarm; ${String(sums.fired)} faults of ${String(faults.size)} kinds fired; ` +
    `${String(sums.found)} missing rows were found; ` +
    `${String(sums.doubtful)} audits told that they prove less; ${String(sums.requests)} requests\n`,
);
process.exitCode = sums.alarms > 0 ? 5 : 0;
