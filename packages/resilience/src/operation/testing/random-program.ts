import type { Random } from '../../clock/random.ts';

/** A thing that a random program does. Names are unique in their surrounding. */
export type Thing =
  | { readonly kind: 'step'; readonly name: string }
  | { readonly kind: 'commit'; readonly name: string }
  | { readonly kind: 'effect'; readonly name: string; readonly verify: boolean }
  | {
      readonly kind: 'range' | 'each';
      readonly name: string;
      readonly items: number;
      readonly workers: number;
      readonly body: readonly Thing[];
    };

const LEAVES = ['step', 'commit', 'effect', 'effect'] as const;

/** A whole number from 0, below `below`. */
export function pick(random: Random, below: number): number {
  return Math.floor(random.next() * below);
}

/** A program of a few things, with ranges in ranges up to `depth`. */
export function randomProgram(random: Random, depth = 2): readonly Thing[] {
  return Array.from({ length: 1 + pick(random, 4) }, (_, index): Thing => {
    const name = `n${index}`;
    if (depth > 0 && random.next() < 0.4) {
      return {
        kind: random.next() < 0.5 ? 'range' : 'each',
        name,
        items: pick(random, 4),
        workers: 1 + pick(random, 3),
        body: randomProgram(random, depth - 1),
      };
    }
    const kind = LEAVES[pick(random, LEAVES.length)] ?? 'step';
    return kind === 'effect' ? { kind, name, verify: random.next() < 0.6 } : { kind, name };
  });
}

/** All paths of one kind that a program comes to: told from the program alone. */
export function expectedPaths(
  things: readonly Thing[],
  want: (thing: Thing) => boolean,
  around = '',
): readonly string[] {
  return things.flatMap((thing) => {
    const path = `${around}${thing.name}`;
    if (!('body' in thing)) return want(thing) ? [path] : [];
    return Array.from({ length: thing.items }, (_, index) => `${path}/${index + 1}`).flatMap((item) => [
      ...(want(thing) ? [item] : []),
      ...expectedPaths(thing.body, want, `${item}/`),
    ]);
  });
}
