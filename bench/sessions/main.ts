/**
 * What supervision of sessions costs, and how soon a lost browser is back.
 *
 *   npm run bench:sessions                     20 kills a driver; exit code 5 when a gate is missed
 *   npm run bench:sessions -- --kills 10 --only playwright
 *
 * Recovery is counted from the SIGKILL of the browser to the end of the first call of the next generation, with the
 * login carried over. Beside it, in the same run, stands what the driver alone needs to launch a browser and open a
 * page: that much no supervision can save.
 */
import { cpus, release, tmpdir, type as system } from 'node:os';
import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { startPortalProcess } from '../../drill/sessions/cell/portal.ts';
import { DRIVERS } from '../../drill/sessions/cells.ts';
import { missing } from '../../drill/sessions/missing.ts';
import { awakeShare } from './awake.ts';
import { bareLaunch } from './bare-launch.ts';
import { measureDriver } from './measure-driver.ts';
import type { Measured } from './measure-driver.ts';
import { quantile } from './quantile.ts';

/** Gates of the project: recovery of playwright, rejection of a stale lease, logins over all kills. */
const RECOVERY_P50_MS = 500;
const STALE_MS = 1;

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '20' },
    only: { type: 'string', default: '' },
  },
});

async function main(): Promise<number> {
  process.stdout.write(
    `${new Date().toISOString()}  Node ${process.version}  ${system()} ${release()}, ${cpus().length} × ${cpus()[0]?.model ?? 'processor'}\n\n`,
  );
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-bench-sessions-'));
  const portal = await startPortalProcess();
  const missed: string[] = [];
  try {
    for (const name of DRIVERS.filter((each) => each.includes(values.only))) {
      const lack = missing(name);
      if (lack !== null) {
        process.stdout.write(`${name}: not covered, needs ${lack}\n`);
        continue;
      }
      const bare = await bareLaunch(name, 5);
      const measured = await measureDriver(name, {
        portal: portal.url,
        kills: Number(values.kills),
        records: join(folder, name),
        logins: async () => (await portal.ledger()).filter(({ kind }) => kind === 'login').length,
      });
      print(name, bare, measured);
      missed.push(...gates(name, measured));
    }
    const awake = await awakeShare(15_000);
    process.stdout.write(
      `\nkeep-awake: ${awake.held} held, ${(100 * awake.share).toFixed(3)} % of one processor\n`,
    );
  } finally {
    await portal.stop();
    rmSync(folder, { recursive: true, force: true });
  }
  process.stdout.write(missed.length === 0 ? '\nall gates kept\n' : `\nmissed: ${missed.join('; ')}\n`);
  return missed.length === 0 ? 0 : 5;
}

function print(name: string, bare: readonly number[], measured: Measured): void {
  const [p50, p95] = [quantile(measured.recoveryMs, 0.5), quantile(measured.recoveryMs, 0.95)];
  const launch = quantile(bare, 0.5);
  const lines = [
    `recovery of ${measured.recoveryMs.length} kills: p50 ${ms(p50)}, p95 ${ms(p95)}; a bare launch with one page ${ms(launch)} (${(p50 / launch).toFixed(2)} ×)`,
    `of it until the next generation is published: p50 ${ms(quantile(measured.generationMs, 0.5))}, p95 ${ms(quantile(measured.generationMs, 0.95))}`,
    `logins over ${measured.recoveryMs.length} kills: ${measured.logins}; generations ${measured.opens}`,
    `stale lease refused: p50 ${ms(quantile(measured.staleMs, 0.5), 3)}, most ${ms(quantile(measured.staleMs, 1), 3)}`,
    `health check: p50 ${ms(quantile(measured.probeMs, 0.5), 1)}, ${ms(measured.probeCpuMs, 2)} of our processor`,
    `a call through a lease: ${ms(quantile(measured.leasedMs, 0.5), 2)}, without ${ms(quantile(measured.directMs, 0.5), 2)}`,
  ];
  process.stdout.write(`${name}\n${lines.map((line) => `  ${line}\n`).join('')}`);
}

function gates(name: string, { recoveryMs, staleMs, logins }: Measured): string[] {
  const missed: string[] = [];
  const p50 = quantile(recoveryMs, 0.5);
  if (name === 'playwright' && p50 > RECOVERY_P50_MS) missed.push(`${name}: recovery p50 ${ms(p50)}`);
  if (quantile(staleMs, 0.5) > STALE_MS) missed.push(`${name}: stale lease ${ms(quantile(staleMs, 0.5), 3)}`);
  if (logins !== 1) missed.push(`${name}: ${logins} logins`);
  return missed;
}

function ms(value: number, digits = 0): string {
  return `${value.toFixed(digits)} ms`;
}

process.exitCode = await main();
