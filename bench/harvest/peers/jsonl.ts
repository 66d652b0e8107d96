/**
 * The reference: records appended to a file as JSON lines with one fdatasync for every thousand. Reads the records
 * from a file first; the time it prints, in ms, is that of serialising and writing alone.
 */
import { closeSync, fdatasyncSync, openSync, readFileSync, writeSync } from 'node:fs';

const [input = '', output = '', batch = '1000'] = process.argv.slice(2);
const records = readFileSync(input, 'utf8')
  .trimEnd()
  .split('\n')
  .map((line) => JSON.parse(line) as unknown);
const size = Number(batch);

const cpu = process.cpuUsage();
const start = performance.now();
const file = openSync(output, 'w');
for (let at = 0; at < records.length; at += size) {
  const lines = records.slice(at, at + size).map((record) => `${JSON.stringify(record)}\n`);
  writeSync(file, lines.join(''));
  fdatasyncSync(file);
}
closeSync(file);
const { user, system } = process.cpuUsage(cpu);
process.stdout.write(
  `${JSON.stringify({ records: records.length, ms: performance.now() - start, cpuUs: user + system })}\n`,
);
