import { parsePortalArguments, usage } from './arguments.ts';
import type { PortalOptions } from './portal-options.ts';
import { startPortal } from './start-portal.ts';
import type { Portal } from './start-portal.ts';

const asked = parsePortalArguments(process.argv.slice(2));
if (asked.kind === 'help') process.stdout.write(usage);
else if (asked.kind === 'wrong') fail(`${asked.message}\nTry --help.`, 2);
else await run(asked.options, asked.followStdin);

async function run(options: PortalOptions, followStdin: boolean): Promise<void> {
  const portal = await start(options);
  if (!portal) return;
  process.stdout.write(`portal listening on ${portal.url}\n`);
  const end = (): void => {
    process.stdin.pause();
    portal.close().catch((error: unknown) => fail(String(error), 1));
  };
  process.once('SIGTERM', end);
  process.once('SIGINT', end);
  if (followStdin) process.stdin.once('end', end).resume();
}

async function start(options: PortalOptions): Promise<Portal | undefined> {
  try {
    return await startPortal(options);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    const isTaken = code === 'EADDRINUSE';
    fail(isTaken ? `Port ${options.port} is in use: give another, or 0.` : String(error), 1);
    return undefined;
  }
}

function fail(message: string, code: number): void {
  process.stderr.write(`${message}\n`);
  process.exitCode = code;
}
