import type { Config } from './config.ts';
import type { Override } from './overrides.ts';
import type { FoundFile } from './read-file.ts';

/** One value in effect and where it comes from. */
export interface Origin {
  /** `sources[0].from`. */
  readonly key: string;
  readonly value: string | number | boolean | null;
  /** `default`, the path of the file, `HOLDFAST_CONTACT` or `--contact`. */
  readonly origin: string;
}

/** The values in effect, in the order of the configuration. */
export type Origins = readonly Origin[];

/** The origin of every single value of the configuration, in its order. */
export function originsOf(config: Config, found: FoundFile | null, overrides: readonly Override[]): Origins {
  return leaves(config, []).map(({ path, value }) => {
    const key = path.reduce<string>(
      (text, part) => (typeof part === 'number' ? `${text}[${part}]` : `${text}${text && '.'}${part}`),
      '',
    );
    const override = overrides.findLast((each) => each.key === key);
    return {
      key,
      value,
      origin: override?.origin ?? (found !== null && has(found.content, path) ? found.path : 'default'),
    };
  });
}

interface Leaf {
  readonly path: readonly (string | number)[];
  readonly value: string | number | boolean | null;
}

function leaves(value: unknown, path: readonly (string | number)[]): Leaf[] {
  if (Array.isArray(value)) return value.flatMap((each, index) => leaves(each, [...path, index]));
  if (typeof value === 'object' && value !== null) {
    return Object.entries(value).flatMap(([key, each]) => leaves(each, [...path, key]));
  }
  return [{ path, value: value as Leaf['value'] }];
}

/** Whether the content, as written, has a value at the path. */
function has(content: unknown, path: readonly (string | number)[]): boolean {
  const [head, ...rest] = path;
  if (head === undefined) return true;
  if (typeof content !== 'object' || content === null || !Object.hasOwn(content, head)) return false;
  return has((content as Record<string | number, unknown>)[head], rest);
}
