import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startNode, type Running } from '../../../../../drill/product/run-command.ts';
import { SUPERVISOR_NODE_OPTIONS, SUPERVISOR_PROGRAM } from '../../../src/model/supervisor-program.ts';
import { afterwards, isAlive, until } from '../support.ts';

/** A supervisor of one small program, and everything that it writes. */
export interface Planned {
  readonly folder: string;
  readonly dataDir: string;
  readonly planFile: string;
  /** Starts a supervisor with this plan, as services do; it ends with the test. */
  supervise(env?: Readonly<Record<string, string>>): Running;
  /** What was logged so far, oldest first. */
  log(): readonly LogLine[];
  /** The process of the child that was started last. */
  child(): number | undefined;
}

export interface LogLine {
  readonly at: number;
  readonly kind: string;
  readonly child: string;
  readonly pid?: number;
  readonly line?: string;
  readonly code?: string | number | null;
  readonly signal?: string | null;
  readonly reason?: string;
}

/** What a service starts after the path of Node. */
export const SUPERVISOR: readonly string[] = [
  ...SUPERVISOR_NODE_OPTIONS,
  fileURLToPath(new URL(`../../../${SUPERVISOR_PROGRAM}`, import.meta.url)),
];

export function programFile(name: string): string {
  return fileURLToPath(new URL(`./programs/${name}.mjs`, import.meta.url));
}

/** Writes a plan for one program of `programs/`. */
export function plan(program: string, child: object = {}, more: object = {}): Planned {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-plan-'));
  chmodSync(folder, 0o700);
  const dataDir = join(folder, 'data');
  mkdirSync(dataDir);
  const logFile = join(dataDir, 'logs', 'holdfast.log');
  const planFile = join(folder, 'plan.json');
  writeFileSync(
    planFile,
    JSON.stringify({
      version: '1.2.3',
      dataDir,
      control: join(folder, 'c-s.sock'),
      registry: join(folder, 'running', 'c.json'),
      flags: {},
      log: { file: logFile, maxSize: 10_000_000, maxAge: 86_400_000, maxTotal: 100_000_000 },
      children: [{ name: 'engine', main: true, file: programFile(program), watchdogMs: 2_000, ...child }],
      ...more,
    }),
  );
  const log = (): readonly LogLine[] => (existsSync(logFile) ? linesOf(readFileSync(logFile, 'utf8')) : []);
  const pids = (): readonly number[] =>
    log().flatMap(({ kind, pid }) => (kind === 'engine-started' && pid ? [pid] : []));
  afterwards(async () => {
    for (const pid of pids()) await endSurvivor(pid);
    rmSync(folder, { recursive: true });
  });
  return {
    folder,
    dataDir,
    planFile,
    log,
    child: () => pids().at(-1),
    supervise: (env = {}) => {
      const running = startNode([...SUPERVISOR, '--plan', planFile], { env });
      afterwards(async () => {
        running.child.kill('SIGKILL');
        await running.ended;
      });
      return running;
    },
  };
}

export function linesOf(text: string): readonly LogLine[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as LogLine);
}

/** Resolves with the first line of the log that fits. */
export async function logged(planned: Planned, fits: (line: LogLine) => boolean): Promise<LogLine> {
  let found: LogLine | undefined;
  await until(() => (found = planned.log().find(fits)) !== undefined);
  return found as LogLine;
}

/** What a test has let outlive its supervisor. */
async function endSurvivor(pid: number): Promise<void> {
  if (!(await isAlive(pid)) || !readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('/programs/')) return;
  process.kill(pid, 'SIGKILL');
  await until(async () => !(await isAlive(pid)));
}
