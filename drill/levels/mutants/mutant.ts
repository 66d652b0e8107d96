/** One change of a built file. */
export interface Edit {
  /** Below the product's `dist`. */
  readonly file: string;
  /** What stands there; white space in it stands for any white space. */
  readonly find: string;
  readonly replace: string;
  /** In how many places it stands; 1 unless told. */
  readonly times?: number;
}

/** A deliberate mistake: the drill is worth something if it sees it. */
export interface Mutant {
  /** Stable, short. */
  readonly name: string;
  /** What the mistaken product breaks, as a sentence. */
  readonly promise: string;
  readonly edits: readonly Edit[];
  /** The row of the drill that is played to catch it. */
  readonly caughtBy: string;
}

/** The engine's process, in one file. */
export const ENGINE = 'engine/main.js';
/** The writer's thread, in one file. */
export const WRITER = 'store/sqlite/writer.js';
/** The supervisor that runs by itself, in one file without white space. */
export const SUPERVISOR = 'daemon/supervise.cjs';

/**
 * A built text with one mistake in it. @throws Error when the text is not found exactly as often as expected: the
 * mutant is stale, and proves nothing
 */
export function mutate(text: string, { find, replace, times = 1, file }: Edit): string {
  const parts = text.split(patternOf(find));
  const found = parts.length - 1;
  if (found === times) return parts.join(replace);
  throw new Error(
    `stale mutant: in ${file} the text ${JSON.stringify(find)} stands in ${String(found)} places instead of ${String(times)}`,
  );
}

/** White space at the edges of signs may come and go with the printer. */
function patternOf(find: string): RegExp {
  const words = find.trim().split(/\s+/);
  return new RegExp(
    words.map((word) => word.replaceAll(/[$()*+.?[\\\]^{|}]/g, String.raw`\$&`)).join(String.raw`\s+`),
  );
}
