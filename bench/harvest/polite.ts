import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from './child.ts';
import { holdfast } from './paths.ts';
import { startSimulator } from './server.ts';

const INTERVAL_MS = 250;
const SETTINGS = { records: 600, 'page-size': 20, days: 20 } as const;

interface Line {
  readonly type: string;
  readonly at: number;
  readonly verb?: string;
  readonly n?: number;
  readonly ids?: number;
}

/** Harvests each kind of source once at a polite interval, and compares its time with the least it can be. */
export async function pace(): Promise<void> {
  console.log(
    `interval ${String(INTERVAL_MS)} ms, ${String(SETTINGS.records)} records in pages of ${String(SETTINGS['page-size'])}\n`,
  );
  for (const kind of ['oai-pmh', 'arxiv', 'biorxiv']) {
    const folder = mkdtempSync(join(tmpdir(), 'holdfast-pace-'));
    try {
      console.log(`${kind.padEnd(8)} ${judge(await harvest(kind, folder))}`);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }
}

async function harvest(kind: string, folder: string): Promise<readonly Line[]> {
  const ledger = join(folder, 'ledger.jsonl');
  const server = await startSimulator({ kind, ledger, 'ledger-ids': 'off', ...SETTINGS });
  const prefix = kind === 'oai-pmh' ? { metadataPrefix: 'oai_dc' } : {};
  const source = {
    id: 'bench',
    kind,
    baseUrl: server.baseUrl,
    from: '30d',
    minIntervalMs: INTERVAL_MS,
    ...prefix,
  };
  const config = join(folder, 'holdfast.config.json');
  writeFileSync(
    config,
    JSON.stringify({ dataDir: './data', contact: 'bench@example.org', sources: [source] }),
  );
  try {
    const env = { HOLDFAST_STATE_DIR: join(folder, 'state') };
    await run([process.execPath, holdfast, 'run', '--once', '--config', config], { output: 'ignore', env });
  } finally {
    server.stop();
  }
  return readFileSync(ledger, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Line);
}

/** The time from the first arrival to the last answer, as a multiple of the intervals between; and what was asked. */
function judge(lines: readonly Line[]): string {
  const requests = lines.filter(({ type }) => type === 'request');
  const answers = new Map(lines.filter(({ type }) => type === 'response').map((line) => [line.n, line]));
  const last = Math.max(...[...answers.values()].map(({ at }) => at));
  const elapsed = last - (requests[0]?.at ?? NaN);
  const least = (requests.length - 1) * INTERVAL_MS;
  const verbs = Map.groupBy(requests, ({ n, verb }) =>
    (answers.get(n)?.ids ?? 0) > 0 ? `${String(verb)}` : `${String(verb)} without rows`,
  );
  const asked = [...verbs].map(([verb, all]) => `${verb} ${String(all.length)}`).join(', ');
  return `${(elapsed / least).toFixed(2)} × the least time, ${String(requests.length)} requests (${asked})`;
}
