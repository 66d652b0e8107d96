/** Answers on the control address of the data folder that it is given, as an engine does, and nothing else. */
import { tmpdir } from 'node:os';
import { systemClock } from '@holdfast/resilience/clock';
import { controlPath } from '../../../src/control/control-path.ts';
import { listen } from '../../../src/control/listen.ts';

const [, , dataDir = ''] = process.argv;
const { env, platform } = process;
const uid = process.getuid?.();
await listen(controlPath({ dataDir, platform, env, tmp: tmpdir(), uid }), uid, () => Promise.resolve({}));
process.stdout.write('listening\n');
// The address alone does not keep the process alive.
await systemClock.sleep(600_000);
