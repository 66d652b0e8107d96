import { runHistory } from './history.ts';
const kind = (process.argv[2] ?? 'oai-pmh') as 'oai-pmh';
const seed = Number(process.argv[3] ?? 1);
const faults = process.argv.slice(4);
const o = await runHistory({
  seed,
  kind,
  records: 60,
  days: 20,
  pageSize: 10,
  faults,
  crashes: 0,
  callsPerLife: 100,
  restamp: 0,
  clockSkewMs: 0,
});
console.log({ ...o, scenario: undefined });
