import { HoldfastError } from '../model/error.ts';

/** What a configuration can be wrong in; each ends the command with exit code 78. */
export type ConfigErrorCode =
  | 'ERR_CONFIG_NOT_FOUND'
  | 'ERR_CONFIG_UNREADABLE'
  | 'ERR_CONFIG_SYNTAX'
  | 'ERR_CONFIG_UNKNOWN_KEY'
  | 'ERR_CONFIG_FLOOR'
  | 'ERR_CONFIG_INVALID';

/** One thing that is wrong, with the place it stands in. */
export interface ConfigProblem {
  readonly code: ConfigErrorCode;
  /** `sources[0].from`; empty for the whole. */
  readonly key: string;
  /** Continues "<key> …" as a sentence without the full stop. */
  readonly problem: string;
  /** `holdfast.config.json`, `HOLDFAST_MAX_DISK`, `--contact`. */
  readonly where: string;
}

/** The configuration cannot be used. All problems are told at once. */
export function configError(problems: readonly ConfigProblem[], cause?: unknown): HoldfastError {
  const lines = problems.map(
    ({ key, problem, where }) => `${where}: ${key}${key === '' ? '' : ' '}${problem}.`,
  );
  return new HoldfastError(problems[0]?.code ?? 'ERR_CONFIG_INVALID', lines.join('\n'), {
    hint: 'Correct it and try again (docs/configuration.md). A harvest that runs goes on with what it has; `holdfast stop` from another folder ends it.',
    cause,
  });
}
