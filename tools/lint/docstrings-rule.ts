import type { Node, Rule, RuleContext } from './ast.ts';

/** Every exported declaration opens with a doc comment: what it does, its units, its errors, where a rule comes from. */
export const docstrings: Rule = {
  create(context) {
    return { ExportNamedDeclaration: (node) => checkExport(context, node) };
  },
};

function checkExport(context: RuleContext, node: Node): void {
  const { declaration } = node;
  if (!declaration) return;
  const last = context.sourceCode.getCommentsBefore(node).at(-1);
  const attached =
    last !== undefined && context.sourceCode.text.slice(last.range[1], node.range[0]).trim() === '';
  if (attached && last.type === 'Block' && last.value.startsWith('*')) return;
  if (isOverload(node)) return;
  const name = declaration.id?.name ?? declaration.declarations?.[0]?.id?.name ?? 'it';
  context.report({
    node,
    message: `${name} is exported without a doc comment: say what it is for, its units and its errors.`,
  });
}

/** The second and later signatures of an overloaded function share the comment of the first. */
function isOverload(node: Node): boolean {
  const siblings = node.parent?.body ?? [];
  const before = siblings[siblings.indexOf(node) - 1];
  const name = node.declaration?.id?.name;
  return before?.declaration?.type === 'TSDeclareFunction' && before.declaration.id?.name === name;
}
