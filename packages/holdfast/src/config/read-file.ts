import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { configError } from './config-error.ts';

/** The name of a configuration file. */
export const FILE_NAME = 'holdfast.config.json';

/** A configuration file as found, before it is checked. */
export interface FoundFile {
  readonly path: string;
  readonly content: unknown;
}

/** Where a configuration file may be. */
export interface Places {
  /** Named by a flag or by `HOLDFAST_CONFIG`; it must exist. */
  readonly named: string | undefined;
  readonly cwd: string;
  readonly configFolder: string;
}

/**
 * The first file found: the named one, else that of the working folder, else the user's. One file is read,
 * never two merged. Null when there is none.
 * @throws HoldfastError `ERR_CONFIG_NOT_FOUND`, `ERR_CONFIG_UNREADABLE`, `ERR_CONFIG_SYNTAX`.
 */
export function readConfigFile({ named, cwd, configFolder }: Places): FoundFile | null {
  if (named !== undefined) {
    const path = resolve(cwd, named);
    if (!existsSync(path)) {
      throw configError([
        { code: 'ERR_CONFIG_NOT_FOUND', key: '', problem: 'there is no such file', where: path },
      ]);
    }
    return readJson(path);
  }
  const path = [join(cwd, FILE_NAME), join(configFolder, FILE_NAME)].find((each) => existsSync(each));
  return path === undefined ? null : readJson(path);
}

function readJson(path: string): FoundFile {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (cause) {
    const problem = `the file cannot be read (${cause instanceof Error ? cause.message : String(cause)})`;
    throw configError([{ code: 'ERR_CONFIG_UNREADABLE', key: '', problem, where: path }], cause);
  }
  try {
    return { path, content: JSON.parse(text.replace(/^\uFEFF/, '')) as unknown };
  } catch (cause) {
    const problem = `this is not JSON (${cause instanceof Error ? cause.message : String(cause)})`;
    throw configError([{ code: 'ERR_CONFIG_SYNTAX', key: '', problem, where: path }], cause);
  }
}
