/**
 * `npm run upgrade`: builds the previous version from git, kills it in the middle of a walk, lets this one go on over
 * its data, goes back, and says what was kept. Exit code 1 when something was not, 0 otherwise; 3 when the clone does
 * not hold the previous version. `-- --from COMMIT` takes another one.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { buildCommit, missingCommit, PREVIOUS } from './previous.ts';
import { faultsOf, tryUpgrade } from './try-upgrade.ts';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');

async function main(args: string[]): Promise<number> {
  const { values } = parseArgs({ args, options: { from: { type: 'string', default: PREVIOUS } } });
  const missing = missingCommit(root, values.from);
  if (missing !== null) {
    console.error(`Not covered: ${missing}`);
    return 3;
  }
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-upgrade-'));
  try {
    console.log(`Building ${values.from.slice(0, 7)} …`);
    const older = buildCommit(root, values.from, join(folder, 'older'));
    const found = await tryUpgrade(
      join(folder, 'data'),
      older,
      join(root, 'packages/holdfast/bin/holdfast.js'),
    );
    console.log(
      `Killed in its walk, the older version held ${found.before.length} of ${found.truth} papers.`,
    );
    console.log(`After the upgrade: ${found.after.length}; lists begun anew: ${found.walksBegun[1]}.`);
    console.log(
      `verify: ${String(found.verify.code)}. The older version over the newer store: ${found.downgrade.code === null ? 'still trying after 15 s' : `exit ${found.downgrade.code}`}.`,
    );
    console.log(found.downgrade.stderr.trim());
    console.log(`Back on the copy from before: ${found.back.length} papers.`);
    const faults = faultsOf(found);
    for (const fault of faults) console.error(`FAULT: ${fault}`);
    return faults.length === 0 ? 0 : 1;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

if (import.meta.main) process.exitCode = await main(process.argv.slice(2));
