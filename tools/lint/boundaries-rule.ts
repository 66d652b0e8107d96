import { sep } from 'node:path';
import type { Node, Rule, RuleContext } from './ast.ts';
import { violation } from './boundaries.ts';
import { resolveImport, root } from './resolve-import.ts';

/** Judges every import, export-from and dynamic import, of types too, by the table in `boundaries.ts`. */
export const boundaries: Rule = {
  create(context) {
    const check = (node: Node): void => checkImport(context, node);
    return {
      ImportDeclaration: check,
      ExportNamedDeclaration: check,
      ExportAllDeclaration: check,
      ImportExpression: check,
      TSImportType: check,
    };
  },
};

function checkImport(context: RuleContext, node: Node): void {
  const specifier = node.source?.value;
  if (typeof specifier !== 'string') return;
  const from = pathFromRoot(context.physicalFilename);
  const message = violation(from, resolveImport(from, specifier));
  if (message !== undefined) context.report({ node, message });
}

/** The part of an absolute path below the repository; a copy of the tree elsewhere counts from its `packages`. */
function pathFromRoot(path: string): string {
  const plain = path.split(sep).join('/');
  const base = `${root.split(sep).join('/')}/`;
  if (plain.startsWith(base)) return plain.slice(base.length);
  return plain.slice(Math.max(0, plain.lastIndexOf('/packages/') + 1));
}
