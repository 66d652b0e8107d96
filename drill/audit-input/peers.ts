import { spawn, spawnSync } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';

/** Another harvester, as a process. */
export interface Peer {
  readonly name: string;
  /** Why it cannot run here; null when it can. */
  readonly missing: string | null;
  /** Harvests into a folder; what it left is at the path. */
  harvest(baseUrl: string, folder: string, signal: AbortSignal): Promise<Left>;
}

/** What a harvester left. */
export interface Left {
  /** `killed`: it did not end in time. */
  readonly exit: number | 'killed';
  readonly path: string;
  /** Identifiers of the records, read by the drill itself. */
  readonly kept: ReadonlySet<string>;
}

/** Some hang for ever after some faults; what they wrote until then is judged. */
const PATIENCE_MS = 30_000;
const root = join(import.meta.dirname, '../..');

/** The harvesters that are compared, in the order of the table. */
export const peers: readonly Peer[] = [
  {
    name: 'npm oai-pmh',
    missing: existsSync(join(root, 'bench/node_modules/oai-pmh')) ? null : 'run `npm ci` in bench/',
    harvest: (baseUrl, folder, signal) =>
      harvestLines(
        [process.execPath, join(root, 'bench/harvest/peers/oai-pmh.ts'), baseUrl, 'oai_dc'],
        folder,
        signal,
      ),
  },
  {
    name: 'Catmandu::OAI',
    missing:
      spawnSync('perl', ['-MCatmandu::Importer::OAI', '-e', '1'], { stdio: 'ignore' }).status === 0
        ? null
        : 'the package libcatmandu-oai-perl is not installed',
    harvest: (baseUrl, folder, signal) =>
      harvestLines(
        [
          'catmandu',
          'convert',
          'OAI',
          '--url',
          baseUrl,
          '--metadataPrefix',
          'oai_dc',
          '--max_retries',
          '5',
          'to',
          'JSON',
          '--line_delimited',
          '1',
        ],
        folder,
        signal,
      ),
  },
  {
    name: 'metha-shaped',
    missing: null,
    harvest: async (baseUrl, folder, signal) => {
      const cache = join(folder, 'metha');
      mkdirSync(cache);
      const command = [
        process.execPath,
        join(import.meta.dirname, '../metha-shaped/main.ts'),
        baseUrl,
        'oai_dc',
        cache,
      ];
      const exit = await run(command, 'ignore', signal);
      const path = join(cache, readdirSync(cache)[0] ?? '');
      return { exit, path, kept: keptInCache(path) };
    },
  },
];

async function harvestLines(command: readonly string[], folder: string, signal: AbortSignal): Promise<Left> {
  const path = join(folder, 'peer.jsonl');
  const file = openSync(path, 'w');
  try {
    const exit = await run(command, file, signal);
    return { exit, path, kept: keptInLines(path) };
  } finally {
    closeSync(file);
  }
}

function run(
  [program = '', ...args]: readonly string[],
  stdout: number | 'ignore',
  signal: AbortSignal,
): Promise<Left['exit']> {
  const patience = AbortSignal.timeout(PATIENCE_MS);
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      stdio: ['ignore', stdout, 'ignore'],
      signal: AbortSignal.any([signal, patience]),
      killSignal: 'SIGKILL',
    });
    child.once('error', (error) => {
      if (!patience.aborted) reject(error);
    });
    child.once('close', (code) => resolve(code ?? 'killed'));
  });
}

/** A line may be cut where the harvester was killed. */
function keptInLines(path: string): ReadonlySet<string> {
  const ids = readFileSync(path, 'utf8')
    .split('\n')
    .flatMap((line) => {
      try {
        const { _identifier, header } = JSON.parse(line) as {
          _identifier?: string;
          header?: { identifier?: string };
        };
        return _identifier ?? header?.identifier ?? [];
      } catch {
        return [];
      }
    });
  return new Set(ids);
}

function keptInCache(path: string): ReadonlySet<string> {
  const pages = readdirSync(path).filter((name) => name.endsWith('.xml.gz'));
  return new Set(
    pages.flatMap((name) =>
      [
        ...gunzipSync(readFileSync(join(path, name)))
          .toString('utf8')
          .matchAll(/<header[^>]*>\s*<identifier>([^<]+)</g),
      ].map(([, id = '']) => id),
    ),
  );
}
