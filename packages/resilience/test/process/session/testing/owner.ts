/**
 * Starts a tree with a profile of its own, records it and waits to be killed. Arguments: folder of the records,
 * profile, and whether it dies before it learns who it started (`early`). Prints the numbers of the tree.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { identify } from '../../../../src/process/process-identity.ts';
import { processRecords } from '../../../../src/session/processes/process-records.ts';

const [folder = '', profile = '', when = '', mark = ''] = process.argv.slice(2);
const records = processRecords(folder);
const record = await records.record({ kind: 'tree', profile, mark: `HOLDFAST_BROWSER=${mark}` });
const script = fileURLToPath(new URL('tree.ts', import.meta.url));
const child = spawn(process.execPath, [script, 'stubborn', '1', 'leader'], {
  stdio: ['ignore', 'pipe', 'ignore'],
  detached: true,
  env: { ...process.env, HOLDFAST_BROWSER: mark },
});
const [pids] = (await once(child.stdout, 'data')) as [Buffer];
const started = identify(child.pid ?? 0);
if (when !== 'early' && started !== null) await records.update(record, { process: started });
process.stdout.write(String(pids));
