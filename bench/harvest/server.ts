import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { holdfast } from './paths.ts';

/** The simulated repository, a process of its own. */
export interface Server {
  readonly baseUrl: string;
  stop(): void;
}

/** Starts a repository and walks it once, so that it serves every page from memory and limits nobody. */
export async function startServer(options: {
  readonly records: number;
  readonly pageSize: number;
  readonly recordBytes: number;
  readonly warm: boolean;
}): Promise<Server> {
  const { records, pageSize, recordBytes, warm } = options;
  const server = await startSimulator({
    kind: 'oai-pmh',
    records,
    'page-size': pageSize,
    'record-bytes': recordBytes,
    'ledger-ids': 'off',
    ...(warm ? { 'cache-pages': '' } : {}),
  });
  const listed = warm ? await walk(server.baseUrl, 'ListRecords') : records;
  if (listed !== records)
    throw new Error(`the server listed ${String(listed)} of ${String(records)} records`);
  return server;
}

/** Starts a simulated upstream on a free port. A flag whose value is '' has none. */
export async function startSimulator(flags: Readonly<Record<string, string | number>>): Promise<Server> {
  const named = Object.entries(flags).flatMap(([name, value]) =>
    value === '' ? [`--${name}`] : [`--${name}`, String(value)],
  );
  const child = spawn(process.execPath, [holdfast, 'sim', '--port', '0', ...named], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const baseUrl = await addressOf(child);
  return { baseUrl, stop: () => void child.kill('SIGTERM') };
}

function addressOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`the server ended with ${String(code)}`)));
    if (child.stdout === null) return reject(new Error('the server has no output'));
    createInterface({ input: child.stdout }).once('line', (line) => {
      resolve((JSON.parse(line) as { baseUrl: string }).baseUrl);
    });
  });
}

/** Follows a list to its end without reading its records; returns how many there were. */
async function walk(baseUrl: string, verb: string): Promise<number> {
  let records = 0;
  for (let query = 'metadataPrefix=oai_dc'; query !== '';) {
    const text = await (await fetch(`${baseUrl}?verb=${verb}&${query}`)).text();
    records += text.split('<header').length - 1;
    const token = /<resumptionToken[^>]*>([^<]+)</.exec(text)?.[1] ?? '';
    query = token === '' ? '' : `resumptionToken=${encodeURIComponent(token)}`;
  }
  return records;
}
