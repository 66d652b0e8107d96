import { spawnSync } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { competitors, holdfast, oaiPmhPeer } from '../harvest/paths.ts';
import type { Harvester } from './harvester.ts';

const here = (path: string): string => join(import.meta.dirname, path);
const installed = (name: string): string | null =>
  existsSync(join(competitors, name)) ? null : 'run `npm ci` in bench/';

/** The harvesters that can be had here, each as a process of its own. */
export const harvesters: readonly Harvester[] = [
  ...(['oai-pmh', 'arxiv'] as const).map((kind): Harvester => ({
    name: `holdfast (${kind})`,
    kind,
    missing: null,
    prepare: (folder, url) => configure(folder, kind, url),
    command: [process.execPath, holdfast, 'run', '--once', '--deadline', '60s'],
    show: [process.execPath, holdfast, 'export', '--format', 'jsonl'],
  })),
  {
    name: 'npm oai-pmh 2.0.3',
    kind: 'oai-pmh',
    missing: installed('oai-pmh'),
    command: [process.execPath, oaiPmhPeer, '{url}', 'oai_dc'],
  },
  {
    name: 'Catmandu::OAI',
    kind: 'oai-pmh',
    missing: hasCatmandu() ? null : 'the package libcatmandu-oai-perl is not installed',
    command: [
      'catmandu',
      'convert',
      'OAI',
      '--url',
      '{url}',
      '--metadataPrefix',
      'oai_dc',
      '--max_retries',
      '5',
    ].concat(['to', 'JSON', '--line_delimited', '1']),
  },
  {
    name: 'arxiv-api-ts 1.1.0',
    kind: 'arxiv',
    missing: installed('arxiv-api-ts'),
    command: [process.execPath, here('adapters/arxiv-api-ts.ts'), '{url}', '{page}'],
  },
];

/**
 * A harvester from the command line: `NAME=COMMAND`, words separated by blanks, with `{url}` and, where it does not
 * print JSON lines with `id` or `identifier`, `{out}`. @throws Error when it is not of this form
 */
export function harvesterFrom(text: string): Harvester {
  const match = /^([^=]+)=(.+)$/.exec(text);
  if (match?.[1] === undefined || match[2] === undefined || !match[2].includes('{url}'))
    throw new Error(`--with is NAME=COMMAND with {url} in it, not ${JSON.stringify(text)}.`);
  return { name: match[1], kind: 'oai-pmh', missing: null, command: match[2].split(/\s+/).filter(Boolean) };
}

/** What the others have no notion of is switched off: no pause between requests, no look at the days before. */
function configure(folder: string, kind: Harvester['kind'], baseUrl: string): void {
  const prefix = kind === 'oai-pmh' ? { metadataPrefix: 'oai_dc' } : {};
  const timeouts = { firstByte: '5s', idle: '5s' };
  const source = {
    id: 'list',
    kind,
    baseUrl,
    from: '60d',
    minIntervalMs: 20,
    cooldown: '2s',
    timeouts,
    ...prefix,
  };
  const config = {
    dataDir: './data',
    contact: 'bench@example.org',
    audit: { every: 'off' },
    sources: [source],
  };
  writeFileSync(join(folder, 'holdfast.config.json'), JSON.stringify(config));
}

function hasCatmandu(): boolean {
  return spawnSync('perl', ['-MCatmandu::Importer::OAI', '-e', '1'], { stdio: 'ignore' }).status === 0;
}
