/** Imports a file under SIGKILLs at random moments, and tells what became of it. */
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ProductFailure } from '../product/product-failure.ts';
import { killGroup, mustRun, runCommand, startCommand, type CommandOptions } from '../product/run-command.ts';

/** What a run of kills found. */
export interface KilledImport {
  /** Kills that hit an import that had stored something and was not done. */
  readonly hits: number;
  readonly lost: number;
  readonly duplicated: number;
  readonly unexpected: number;
  readonly problems: readonly string[];
}

/** After the first commit. */
const LONGEST_LIFE_MS = 800;
const TITLE = 'A title of some words that are enough for a line of this test';

const COMMON = {
  versions: [{ version: 'v1', created: 'Mon, 2 Jan 2023 19:18:42 GMT' }],
  categories: 'hep-ph',
  authors_parsed: [
    ['A', '', ''],
    ['B', '', ''],
  ],
};

/** The lines of a snapshot: dense numbers of one month, and some of a preprint server. */
function linesOf(rows: number): { readonly text: string; readonly ids: readonly string[] } {
  const ids: string[] = [];
  let text = '';
  for (let n = 1; n <= rows; n += 1) {
    const preprint = n % 10 === 0;
    const id = preprint ? `10.1101/2020.01.30.${String(100_000 + n)}` : `2301.${String(n).padStart(5, '0')}`;
    ids.push(id);
    const line = preprint
      ? {
          title: TITLE,
          link: `https://www.biorxiv.org/content/${id}v1`,
          published: '2020-01-30',
          abstract: TITLE,
        }
      : {
          id,
          title: TITLE,
          abstract: TITLE.repeat(10),
          authors: 'A, B',
          update_date: '2023-01-03',
          // Lines of the common shape are read in another way than all others.
          ...(n % 10 < 7 ? COMMON : { versions: [] }),
        };
    text += `${JSON.stringify(line)}\n`;
  }
  return { text, ids };
}

/** @param order `random` gives numbers in [0, 1); `onKill` is told how many there were */
export async function killImports(
  folder: string,
  order: {
    readonly kills: number;
    readonly rows: number;
    readonly random: () => number;
    readonly signal?: AbortSignal;
    readonly onKill?: (done: number) => void;
  },
): Promise<KilledImport> {
  const { kills, rows, random, signal: ending } = order;
  const file = join(folder, 'snapshot.jsonl');
  const { text, ids } = linesOf(rows);
  writeFileSync(file, text);
  const [config, env] = [join(folder, 'holdfast.config.json'), { XDG_STATE_HOME: join(folder, 'state') }];
  writeFileSync(config, JSON.stringify({ dataDir: './data' }));
  const words = ['import', file, '--config', config, '--json'];
  const options = { env, group: true, cwd: folder, signal: ending };
  let hits = 0;
  for (let kill = 0; kill < kills; kill += 1) {
    ending?.throwIfAborted();
    const running = startCommand(words, options);
    // It tells how far it is when the first commit is done.
    let timer: NodeJS.Timeout | undefined;
    running.child.stderr?.once('data', () => {
      timer = setTimeout(() => killGroup(running.pid), random() * LONGEST_LIFE_MS);
    });
    const { signal } = await running.ended;
    clearTimeout(timer);
    if (signal === 'SIGKILL') hits += 1;
    // A finished import leaves nothing to kill.
    else rmSync(join(folder, 'data'), { recursive: true });
    order.onKill?.(kill + 1);
  }
  const last = await runCommand(words, options);
  ending?.throwIfAborted();
  if (last.code !== 0)
    throw new ProductFailure(`the last import ended with ${String(last.code)}: ${last.stderr.slice(-1_000)}`);
  const summary = JSON.parse(last.stdout) as { added: number; known: number; refused: number };
  const stored = await storedIds(config, options);
  const problems = [
    ...(summary.added === rows && summary.known === 0 ? [] : [`it counted ${JSON.stringify(summary)}`]),
    ...(stored.toSorted().join() === ids.toSorted().join()
      ? []
      : [`${String(stored.length)} rows of ${String(rows)}`]),
    ...((await mustRun(['verify', '--config', config], options)).startsWith('The store is whole')
      ? []
      : ['verify']),
  ];
  const [published, known] = [new Set(ids), new Set(stored)];
  return {
    hits,
    lost: ids.filter((id) => !known.has(id)).length,
    duplicated: stored.length - known.size,
    unexpected: [...known].filter((id) => !published.has(id)).length,
    problems,
  };
}

async function storedIds(config: string, options: CommandOptions): Promise<readonly string[]> {
  const words = ['export', '--format', 'jsonl', '--all-versions', '--config', config];
  const { stdout, code } = await runCommand(words, options);
  if (code !== 0) return [];
  return stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => (JSON.parse(line) as { id: string }).id);
}
