import { fork } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../../tools/lint/resolve-import.ts';

/** What one program did wrong; nothing when it ran to its end in peace. */
export type Problems = readonly string[];

/** One batch that takes longer hangs. */
const LIMIT_MS = 90_000;
const PER_PROCESS = 8;
const PROCESSES = 2;

interface Told {
  readonly file: string;
  readonly problems: Problems;
}

/** Runs compiled programs, several in one process and two processes at once; by file, what each did wrong. */
export async function runSnippets(
  files: readonly string[],
  folder: string,
): Promise<ReadonlyMap<string, Problems>> {
  const found = new Map<string, Problems>();
  const batches = Array.from({ length: Math.ceil(files.length / PER_PROCESS) }, (_, index) =>
    files.slice(index * PER_PROCESS, (index + 1) * PER_PROCESS),
  );
  const work = async (): Promise<void> => {
    for (let batch = batches.shift(); batch !== undefined; batch = batches.shift()) {
      for (const { file, problems } of await runBatch(batch, folder)) found.set(file, problems);
    }
  };
  await Promise.all(Array.from({ length: PROCESSES }, work));
  return found;
}

/** What nobody tells about was not reached, because a program before it ended the process. */
async function runBatch(files: readonly string[], folder: string): Promise<readonly Told[]> {
  const pairs = files.map((file) => `${file}=${mkdtempSync(join(folder, 'home-'))}`);
  const child = fork(join(root, 'test/snippets/main.mjs'), pairs, {
    execArgv: ['--conditions=@holdfast/source'],
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    timeout: LIMIT_MS,
    killSignal: 'SIGKILL',
  });
  const told: Told[] = [];
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (text: Buffer) => (said += String(text)));
  child.on('message', (message) => told.push(message as Told));
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
  const missing = files.filter((file) => !told.some((each) => each.file === file));
  const why = `did not end; the process ended with ${code} and said:\n${said.slice(-2_000)}`;
  return [...told, ...missing.map((file) => ({ file, problems: [why] }))];
}
