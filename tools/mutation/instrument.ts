import type { Alternative, FileMutants } from './find-mutants.ts';
import { running } from './syntax.ts';
import type { Node } from './syntax.ts';
import { SWITCH } from './switch.ts';

/**
 * The source with all of its mutants written in, each behind a question: `(__holdfastMutant(7)?(a - b):(a + b))`.
 * Only one mutant is ever active, so what is changed needs no other mutants inside; what is not changed has them.
 */
export function instrument({ source, tree, alternatives }: FileMutants): string {
  const render = (node: Node): string => {
    const inner = running(node);
    let [text, at] = ['', node.start];
    for (const [, child] of inner) {
      // A shorthand property is one piece of text with two nodes.
      if (child.start < at) continue;
      text += source.slice(at, child.start) + render(child);
      at = child.end;
    }
    return withAlternatives(text + source.slice(at, node.end), alternatives.get(node) ?? []);
  };
  // The program begins at its first statement, after the comments.
  return source.slice(0, tree.start) + render(tree) + source.slice(tree.end);
}

function withAlternatives(text: string, alternatives: readonly Alternative[]): string {
  if (alternatives.length === 0) return text;
  const [first] = alternatives;
  if (first?.empties === true) return `{if(${SWITCH}(${first.id}))return;${text.slice(1)}`;
  const asked = alternatives.map((each) => `${SWITCH}(${each.id})?(${each.text}):`);
  return `(${asked.join('')}(${text}))`;
}
