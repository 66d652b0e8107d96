import { OPERATORS } from './operators/index.ts';
import type { Change, Place } from './place.ts';
import { parse, running } from './syntax.ts';
import type { Node } from './syntax.ts';

/** One change of one file. */
export interface Mutant {
  /** Counted through all files of a run. */
  readonly id: number;
  readonly file: string;
  readonly operator: string;
  /** From 1. */
  readonly line: number;
  /** The line that it begins in, trimmed: with `occurrence` it finds the mutant again after lines have moved. */
  readonly lineText: string;
  readonly original: string;
  readonly mutated: string;
  /** Which one it is, from 1, of those in the file that look the same in all of the above but the line. */
  readonly occurrence: number;
}

/** What the instrumented text says about one expression or block. */
export interface Alternative {
  readonly id: number;
  /** The target as a whole, changed; of a block nothing. */
  readonly text: string;
  readonly empties: boolean;
}

/** The mutants of one file, and which node each is written at. */
export interface FileMutants {
  readonly file: string;
  readonly source: string;
  readonly tree: Node;
  readonly mutants: readonly Mutant[];
  readonly alternatives: ReadonlyMap<Node, readonly Alternative[]>;
}

/** Finds every change of a file that the operators allow, in the order of the source. */
export function findMutants(
  file: string,
  source: string,
  { firstId, operators }: { readonly firstId: number; readonly operators: readonly string[] },
): FileMutants {
  const tree = parse(source);
  const mutants: Mutant[] = [];
  const alternatives = new Map<Node, Alternative[]>();
  const looks = new Map<string, number>();
  for (const { place, chain } of placesOf(tree, source)) {
    for (const operator of operators) {
      for (const change of OPERATORS[operator]?.(place) ?? []) {
        const target = change.target ?? chain ?? place.node;
        const id = firstId + mutants.length;
        const mutant = describe(source, change, { id, file, operator });
        const look = JSON.stringify([operator, mutant.lineText, mutant.original, mutant.mutated]);
        const occurrence = (looks.get(look) ?? 0) + 1;
        looks.set(look, occurrence);
        mutants.push({ ...mutant, occurrence });
        const text = `${source.slice(target.start, change.start)}${change.text}${source.slice(change.end, target.end)}`;
        const at = alternatives.get(target) ?? [];
        alternatives.set(target, [...at, { id, text, empties: change.form === 'empties' }]);
      }
    }
  }
  return { file, source, tree, mutants, alternatives };
}

interface ChainedPlace {
  readonly place: Place;
  /** The optional chain that the place is a link of: only all of it can be written twice. */
  readonly chain: Node | undefined;
}

function* placesOf(
  node: Node,
  source: string,
  { around = [], key = '', chain }: { around?: readonly Node[]; key?: string; chain?: Node | undefined } = {},
): Generator<ChainedPlace> {
  yield { place: { node, around, key, source }, chain };
  for (const [childKey, child] of running(node)) {
    const isLink = childKey === 'object' || childKey === 'callee' || childKey === 'expression';
    const inside = node.type === 'ChainExpression' ? node : isLink ? chain : undefined;
    yield* placesOf(child, source, { around: [node, ...around], key: childKey, chain: inside });
  }
}

function describe(
  source: string,
  change: Change,
  about: Pick<Mutant, 'id' | 'file' | 'operator'>,
): Omit<Mutant, 'occurrence'> {
  const lineStart = source.lastIndexOf('\n', change.start - 1) + 1;
  const lineEnd = source.indexOf('\n', change.start);
  return {
    ...about,
    line: source.slice(0, lineStart).split('\n').length,
    lineText: source.slice(lineStart, lineEnd === -1 ? undefined : lineEnd).trim(),
    original: oneLine(source.slice(change.start, change.end)),
    mutated: oneLine(change.shown ?? change.text),
  };
}

function oneLine(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ');
  return line.length > 100 ? `${line.slice(0, 99)}…` : line;
}
