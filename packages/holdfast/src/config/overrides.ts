import { configError } from './config-error.ts';
import { nearest } from './edit-distance.ts';

/** A value that a flag or a variable gives for one key of the configuration. */
export interface Override {
  readonly key: string;
  readonly value: string;
  /** `--contact` or `HOLDFAST_CONTACT`. */
  readonly origin: string;
}

/** Keys that a flag can set, by the name that the command line's parser gives the flag. */
const FLAGS: Readonly<Record<string, { readonly key: string; readonly flag: string }>> = {
  dataDir: { key: 'dataDir', flag: '--data-dir' },
  contact: { key: 'contact', flag: '--contact' },
  store: { key: 'store', flag: '--store' },
  maxDisk: { key: 'maxDisk', flag: '--max-disk' },
};

/** Keys that a variable can set. */
export const VARIABLES: Readonly<Record<string, string>> = {
  HOLDFAST_DATA_DIR: 'dataDir',
  HOLDFAST_STATE_DIR: 'stateDir',
  HOLDFAST_CONTACT: 'contact',
  HOLDFAST_STORE: 'store',
  HOLDFAST_MAX_DISK: 'maxDisk',
  HOLDFAST_WATCHDOG: 'watchdog',
  HOLDFAST_DASHBOARD_HOST: 'dashboard.host',
  HOLDFAST_DASHBOARD_PORT: 'dashboard.port',
  HOLDFAST_CONFIG: '',
};

/** Flags that override the file. Values are as typed. */
export type Flags = Readonly<Partial<Record<'config' | 'dataDir' | 'contact' | 'store' | 'maxDisk', string>>>;

/**
 * The overrides in rising precedence: variables, then flags. A variable that looks like a typing mistake for a
 * known one is refused, since ignoring it would quietly use another folder or address.
 * @throws HoldfastError `ERR_CONFIG_UNKNOWN_KEY`.
 */
export function overridesOf(
  flags: Flags,
  env: Readonly<Record<string, string | undefined>>,
): readonly Override[] {
  const overrides: Override[] = [];
  for (const [name, value] of Object.entries(env)) {
    if (!name.startsWith('HOLDFAST_') || value === undefined || value === '') continue;
    const key = VARIABLES[name];
    if (key === undefined) refuseTypingMistake(name);
    else if (key !== '') overrides.push({ key, value, origin: name });
  }
  for (const [name, { key, flag }] of Object.entries(FLAGS)) {
    const value = flags[name as keyof Flags];
    if (value !== undefined) overrides.push({ key, value, origin: flag });
  }
  return overrides;
}

function refuseTypingMistake(name: string): void {
  const meant = nearest(name, Object.keys(VARIABLES));
  if (meant === undefined) return;
  const problem = `is not a known variable; did you mean ${meant}`;
  throw configError([{ code: 'ERR_CONFIG_UNKNOWN_KEY', key: name, problem, where: 'environment' }]);
}
