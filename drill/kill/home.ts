import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { mustRun } from '../product/run-command.ts';
import type { Simulator } from './simulator.ts';

/** A folder with a configuration, a store and a machine-wide memory of its own. */
export interface Home {
  readonly folder: string;
  readonly dataDir: string;
  readonly storeFile: string;
  readonly stateDir: string;
  readonly env: Readonly<Record<string, string>>;
  /** Ends what runs here. */
  readonly signal?: AbortSignal | undefined;
  /** The words every command begins with. */
  readonly config: readonly string[];
}

/** Makes a home whose one source, `src`, is the simulated upstream. `settings` add to the configuration. */
export function makeHome(
  folder: string,
  { corpus, baseUrl }: Simulator,
  settings: {
    readonly dataDir?: string;
    readonly source?: object;
    readonly signal?: AbortSignal | undefined;
  } = {},
): Home {
  const dataDir = settings.dataDir ?? join(folder, 'data');
  const stateDir = join(folder, 'state');
  mkdirSync(folder, { recursive: true });
  const source = {
    id: 'src',
    kind: corpus.kind,
    baseUrl,
    from: dayBefore(corpus.days + 1),
    minIntervalMs: 0,
    // No poll comes of itself during a run, so every page that is asked twice has another reason.
    every: '12h',
    ...(corpus.kind === 'oai-pmh' ? { metadataPrefix: 'oai_dc' } : {}),
    ...settings.source,
  };
  // An audit would list everything once more; what is counted here is what the harvest asks twice.
  const audit = { every: 'off' };
  const config = { dataDir, contact: 'drill@example.org', audit, sources: [source] };
  const file = join(folder, 'holdfast.config.json');
  writeFileSync(file, JSON.stringify(config));
  return {
    folder,
    dataDir,
    stateDir,
    storeFile: join(dataDir, 'holdfast.db'),
    env: { HOLDFAST_STATE_DIR: stateDir },
    signal: settings.signal,
    config: ['--config', file],
  };
}

/** Every version that is stored, as `export` prints it. @throws when it does not end with 0 */
export function exportAll(home: Home): Promise<string> {
  return mustRun([...home.config, 'export', '--format', 'jsonl', '--all-versions'], home);
}

function dayBefore(days: number): string {
  return new Date(Date.now() - days * 86_400_000).toISOString().slice(0, 10);
}
