import { spawnSync } from 'node:child_process';
import { closeSync, existsSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from './child.ts';
import type { Measured } from './measured.ts';
import { catmanduPeer, competitors, holdfast, jsonlPeer, oaiPmhPeer } from './paths.ts';

/** A harvester to compare with. */
export interface Peer {
  readonly name: string;
  /** Why it cannot run here; null when it can. */
  readonly missing: string | null;
  harvest(baseUrl: string, records: number, folder: string): Promise<Measured>;
}

/** Catmandu needs minutes for what others do in seconds: its rate is taken from the beginning of the list. */
const CATMANDU_RECORDS = 5_000;

/** The competitors, each an external process that writes JSON lines without any guarantee. */
export function peers(): readonly Peer[] {
  return [
    {
      name: 'npm oai-pmh 2.0.3',
      missing: existsSync(join(competitors, 'oai-pmh')) ? null : 'run `npm ci` in bench/',
      harvest: (baseUrl, records, folder) =>
        list([process.execPath, oaiPmhPeer, baseUrl, 'oai_dc'], records, folder),
    },
    {
      name: 'Catmandu::OAI (Debian)',
      missing: hasCatmandu() ? null : 'the package libcatmandu-oai-perl is not installed',
      harvest: (baseUrl, records, folder) => {
        const most = Math.min(records, CATMANDU_RECORDS);
        return list(['perl', catmanduPeer, baseUrl, 'oai_dc', String(most)], most, folder);
      },
    },
  ];
}

/** The same records as JSON lines with one fdatasync for every thousand, from an export of our own store. */
export async function writeJsonl(folder: string): Promise<Measured> {
  const [input, output, report] = ['export.jsonl', 'reference.jsonl', 'reference.json'].map((name) =>
    join(folder, name),
  );
  const config = join(folder, 'holdfast.config.json');
  await into(String(input), (file) =>
    run([process.execPath, holdfast, 'export', '--format', 'jsonl', '--config', config], { output: file }),
  );
  await into(String(report), (file) =>
    run([process.execPath, jsonlPeer, String(input), String(output), '1000'], { output: file }),
  );
  return { ...(JSON.parse(readFileSync(String(report), 'utf8')) as Measured), peakRss: 0 };
}

async function list(command: readonly string[], records: number, folder: string): Promise<Measured> {
  const output = join(folder, 'peer.jsonl');
  const ran = await into(output, (file) => run(command, { output: file }));
  const lines = newlines(readFileSync(output));
  if (lines !== records)
    throw new Error(`${String(command[1])} listed ${String(lines)} of ${String(records)} records`);
  return { ...ran, records };
}

async function into<T>(path: string, work: (file: number) => Promise<T>): Promise<T> {
  const file = openSync(path, 'w');
  try {
    return await work(file);
  } finally {
    closeSync(file);
  }
}

function newlines(bytes: Uint8Array): number {
  let count = 0;
  for (let at = bytes.indexOf(10); at >= 0; at = bytes.indexOf(10, at + 1)) count += 1;
  return count;
}

function hasCatmandu(): boolean {
  return spawnSync('perl', ['-MCatmandu::Importer::OAI', '-e', '1'], { stdio: 'ignore' }).status === 0;
}
