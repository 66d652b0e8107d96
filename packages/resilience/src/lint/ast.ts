/** The little of an ESTree that the rule reads. ESLint and oxlint give the same one, whatever the parser. */
export interface Node {
  readonly type: string;
  readonly parent?: Node | null;
  readonly range?: readonly [number, number];
  readonly name?: string;
  readonly value?: unknown;
  readonly computed?: boolean;
  readonly object?: Node;
  readonly property?: Node;
  readonly callee?: Node;
  readonly arguments?: readonly Node[];
  readonly argument?: Node | null;
  readonly expression?: Node | boolean;
  readonly body?: Node | readonly Node[] | null;
  readonly consequent?: Node | readonly Node[] | null;
  readonly declarations?: readonly Node[];
  readonly declaration?: Node | null;
  readonly id?: Node | null;
  readonly init?: Node | null;
  readonly key?: Node;
  readonly left?: Node;
  readonly right?: Node;
  readonly params?: readonly Node[];
  readonly elements?: readonly (Node | null)[];
  readonly properties?: readonly Node[];
  readonly decorators?: readonly Node[];
}

/** What a linter gives a rule. */
export interface RuleContext {
  readonly options: readonly unknown[];
  report(finding: {
    readonly node: Node;
    readonly messageId: string;
    readonly data: Readonly<Record<string, string>>;
  }): void;
}

/** A rule in the form that ESLint 9 and later and oxlint take. */
export interface Rule {
  readonly meta: {
    readonly type: 'problem';
    readonly docs: { readonly description: string; readonly recommended: boolean };
    readonly schema: readonly object[];
    readonly messages: Readonly<Record<string, string>>;
  };
  create(context: RuleContext): Readonly<Record<string, (node: Node) => void>>;
}

const FUNCTIONS = ['FunctionDeclaration', 'FunctionExpression', 'ArrowFunctionExpression'];

/** Whether a node is a function of any form. */
export function isFunction(node: Node | null | undefined): boolean {
  return FUNCTIONS.includes(node?.type ?? '');
}

/** Whether the value of a property is a node and not a literal's. */
export function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && 'type' in value;
}

/** The name of `x`, `#x`, or of a key; undefined for what is computed. */
export function nameOf(node: Node | null | undefined): string | undefined {
  if (node?.type === 'Identifier' || node?.type === 'PrivateIdentifier') return node.name;
  return node?.type === 'Literal' && typeof node.value === 'string' ? node.value : undefined;
}

/** What stands inside of `await x`, `x?.y`, `x!`, `x as T`. */
export function bare(node: Node | null | undefined): Node | undefined {
  let inner = node ?? undefined;
  while (inner !== undefined) {
    if (inner.type === 'AwaitExpression') inner = inner.argument ?? undefined;
    else if (WRAPPED.includes(inner.type) && typeof inner.expression === 'object') inner = inner.expression;
    else return inner;
  }
  return inner;
}

const WRAPPED = ['ChainExpression', 'TSNonNullExpression', 'TSAsExpression', 'TSSatisfiesExpression'];
