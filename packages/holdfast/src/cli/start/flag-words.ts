import type { GlobalOptions } from '../verb.ts';

const FLAGS = [
  ['config', '--config'],
  ['dataDir', '--data-dir'],
  ['contact', '--contact'],
  ['store', '--store'],
  ['maxDisk', '--max-disk'],
] as const;

/** The flags that decide the configuration, as words of a command line. */
export function flagWords(options: GlobalOptions): readonly string[] {
  return FLAGS.flatMap(([key, flag]) => {
    const value = options[key];
    return value === undefined ? [] : [flag, value];
  });
}
