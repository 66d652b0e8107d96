import { randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { EXIT } from '../model/exit-code.ts';
import { readVersion } from '../version.ts';
import { bundle } from './doctor/bundle.ts';
import { lastLines } from './doctor/last-lines.ts';
import { runChecks } from './doctor/run-checks.ts';
import { showChecks } from './doctor/show-checks.ts';
import { logFileOf, systemWorld } from './doctor/system-world.ts';
import { writeLine } from './io.ts';
import type { Register } from './verb.ts';

interface DoctorOptions {
  readonly fix?: boolean;
  readonly json?: boolean;
  readonly bundle?: string;
  readonly offline?: boolean;
}

/** `doctor`: looks at everything that keeps a harvest from running for ever; exit code 4 when something is to be repaired. */
export const register: Register = (command, run) => {
  command
    .option('--fix', 'make the repairs that take nothing away, and say what was done')
    .option('--json', 'print one array')
    .option('--bundle <file>', 'write an archive (.tar.gz) without secrets for a report of a fault')
    .option('--offline', 'send no request')
    .action(
      run<DoctorOptions>(async (call) => {
        const { io, options, look } = call;
        const world = await systemWorld(call, randomUUID());
        const checked = await runChecks(world, options.fix === true);
        const json = options.json === true;
        const text = json
          ? JSON.stringify(checked, null, 2)
          : showChecks(checked, look, io.out.isTTY === true);
        await writeLine(io.out, text);
        if (options.bundle !== undefined) {
          const log = lastLines(logFileOf(world.config, world.status));
          const file = resolve(io.cwd, options.bundle);
          writeFileSync(file, bundle(world, { checked, version: readVersion(), log }), { mode: 0o600 });
          await writeLine(io.err, `Written: ${file}. Look into it before you send it to anybody.`);
        }
        const unresolved = checked.some(({ level }) => level === 'warn' || level === 'bad');
        return unresolved ? EXIT.degraded : EXIT.ok;
      }),
    );
};
