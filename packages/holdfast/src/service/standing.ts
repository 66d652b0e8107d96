import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { newEnough } from './node-path.ts';
import type { ManagerKind, Scope } from './names.ts';
import { manifestOf } from './package-files.ts';
import type { ServiceRecord } from './record.ts';
import { readRecord } from './record.ts';
import type { ServiceSetup } from './setup.ts';
import { managerOf } from './setup.ts';
import { changedFiles } from './uninstall.ts';

/** How the service stands; what `service status --json` prints. */
export interface ServiceStanding {
  readonly installed: boolean;
  readonly manager: ManagerKind;
  readonly scope: Scope;
  /** Where its definition is, or would be. */
  readonly file: string;
  /** Null when nothing is installed. */
  readonly fileUnchanged: boolean | null;
  readonly loaded: boolean;
  readonly enabled: boolean;
  readonly running: boolean;
  readonly pid: number | null;
  /** Whether it runs without a session; null where there is no such thing. */
  readonly lingering: boolean | null;
  readonly node: NodeStanding | null;
  /** Version of the program that it starts; null when nothing is installed. */
  readonly version: string | null;
  readonly config: string | null;
  readonly dataDir: string;
  /** What a person should mend, each as a sentence. */
  readonly problems: readonly string[];
}

/** The Node that the service starts. */
export interface NodeStanding {
  readonly path: string;
  readonly exists: boolean;
  /** Null when it cannot tell. */
  readonly version: string | null;
  readonly newEnough: boolean;
}

/** Looks at the installed service, or at what would be one in this scope. Changes nothing. */
export async function standingOfService(setup: ServiceSetup, scope: Scope): Promise<ServiceStanding> {
  const record = readRecord(setup.folders.state);
  const manager = managerOf(setup, record?.scope ?? scope);
  const standing = await manager.look();
  const node = record === null ? null : await nodeStanding(setup, record.node);
  const lingering = await manager.lingers();
  const changed = record === null ? [] : changedFiles(record);
  return {
    installed: record !== null || existsSync(manager.file),
    manager: manager.kind,
    scope: record?.scope ?? scope,
    file: manager.file,
    fileUnchanged: record === null ? null : changed.length === 0,
    ...standing,
    lingering,
    node,
    version: record?.version ?? null,
    config: record?.config ?? null,
    dataDir: record?.dataDir ?? setup.resolved.config.dataDir,
    problems: record === null ? [] : [...changed, ...problemsOf(record, node, lingering)],
  };
}

async function nodeStanding({ world, root }: ServiceSetup, path: string): Promise<NodeStanding> {
  const exists = existsSync(path);
  const { code, out } = exists ? await world.run([path, '--version']) : { code: null, out: '' };
  const version = code === 0 ? out.trim().replace(/^v/, '') : null;
  const needed = manifestOf(root).engines?.node ?? '';
  return { path, exists, version, newEnough: version !== null && newEnough(version, needed) };
}

function problemsOf(
  record: ServiceRecord,
  node: NodeStanding | null,
  lingering: boolean | null,
): readonly string[] {
  const problems: string[] = [];
  if (!record.complete) problems.push('The installation was cut off before its end.');
  if (node !== null && !node.exists) problems.push(`The Node it starts is gone: ${node.path}.`);
  else if (node !== null && !node.newEnough) problems.push(`The Node it starts is too old: ${node.path}.`);
  if (!existsSync(record.script)) problems.push(`The program it starts is gone: ${dirname(record.script)}.`);
  if (record.config !== null && !existsSync(record.config))
    problems.push(`Its configuration is gone: ${record.config}.`);
  if (lingering === false) problems.push('Lingering is off: it ends when you log out.');
  return problems;
}
