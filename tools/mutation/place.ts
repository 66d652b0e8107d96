import type { Node } from './syntax.ts';

/** Where an operator looks: a node with what is around it. */
export interface Place {
  readonly node: Node;
  /** The nodes around it, the nearest first. */
  readonly around: readonly Node[];
  /** Under which key of the nearest it stands. */
  readonly key: string;
  readonly source: string;
}

/** One way to change the place. */
export interface Change {
  readonly start: number;
  readonly end: number;
  /** What stands there instead. */
  readonly text: string;
  /** The same for people, when `text` has parentheses that only the machine needs. */
  readonly shown?: string;
  /** The expression that is written twice, once changed; default the place itself, or the optional chain it is in. */
  readonly target?: Node;
  /** `empties`: the target is the block of a function, which returns at once. */
  readonly form?: 'empties';
}

/** Finds what one operator can change at a place. */
export type Operator = (place: Place) => readonly Change[];

/** The text of a node as it stands. */
export function textOf({ source }: Pick<Place, 'source'>, node: Node): string {
  return source.slice(node.start, node.end);
}

/** The whole node replaced. */
export function replaced(node: Node, text: string, target: Node = node): Change {
  return { start: node.start, end: node.end, text, target };
}
