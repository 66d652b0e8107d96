import { gzipSync } from 'node:zlib';
import type { Checked } from './run-checks.ts';
import { redactedConfig, redactText } from './redact.ts';
import { tar } from './tar.ts';
import type { DoctorWorld } from './world.ts';

/** What a bundle is made of beside what the world knows. */
export interface BundleParts {
  readonly checked: readonly Checked[];
  readonly version: string;
  /** The last lines of the log. */
  readonly log: string;
}

/** An archive for a report of a fault: no secrets, no addresses, no papers. */
export function bundle(world: DoctorWorld, { checked, version, log }: BundleParts): Buffer {
  const { io, config, status, node } = world;
  const secrets = { env: io.env, home: io.home, config };
  const json = (value: unknown): string => redactText(`${JSON.stringify(value, null, 2)}\n`, secrets);
  const versions = { holdfast: version, platform: io.platform, ...process.versions, node: node.version };
  const files = [
    { name: 'versions.json', text: json(versions) },
    { name: 'config.json', text: json(redactedConfig(config)) },
    { name: 'status.json', text: json(status.report) },
    { name: 'doctor.json', text: json(checked) },
    { name: 'log.txt', text: redactText(log, secrets) },
  ];
  const at = io.clock.now();
  return gzipSync(
    tar(
      files.map((file) => ({ ...file, name: `holdfast-report/${file.name}` })),
      at,
    ),
  );
}
