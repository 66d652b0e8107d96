import type { Config, SourceConfig } from '../../src/config/config.ts';

/** A configuration of sources alone: nothing real is behind its paths, nobody is told of anything. */
export function testConfig(sources: readonly SourceConfig[], change: Partial<Config> = {}): Config {
  return {
    dataDir: '/nowhere',
    stateDir: '/nowhere',
    contact: null,
    store: 'memory',
    maxDisk: null,
    dashboard: { host: '', port: 0 },
    watchdog: 0,
    keepAwake: { mode: 'off', onBattery: false },
    alerts: { channels: [], outageAfter: 900_000, diskDays: 7 },
    deadman: null,
    maxMemory: null,
    rawRetention: null,
    logs: { maxSize: 1, maxAge: 1, maxTotal: 1 },
    audit: { every: null, requests: 200 },
    backup: { every: null, keep: 1, folder: '/nowhere' },
    share: null,
    outputs: { jsonl: null, summary: null },
    sources,
    ...change,
  };
}
