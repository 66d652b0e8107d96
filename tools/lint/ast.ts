/** The little of oxlint's syntax tree and rule interface that our rules use; it ships no types for them. */

export interface Node {
  readonly type: string;
  readonly parent?: Node;
  readonly name?: string;
  readonly value?: unknown;
  readonly computed?: boolean;
  readonly object?: Node;
  readonly property?: Node;
  readonly callee?: Node;
  readonly arguments?: readonly Node[];
  readonly source?: Node | null;
  readonly specifiers?: readonly Node[];
  readonly imported?: Node;
  readonly declaration?: Node | null;
  readonly declarations?: readonly Node[];
  readonly id?: Node | null;
  readonly body?: readonly Node[];
  readonly range: readonly [number, number];
}

export interface Comment {
  readonly type: string;
  readonly value: string;
  readonly range: readonly [number, number];
}

export interface RuleContext {
  readonly physicalFilename: string;
  readonly options?: readonly { readonly allow?: readonly string[] }[];
  readonly sourceCode: {
    readonly text: string;
    getCommentsBefore(node: Node): readonly Comment[];
    isGlobalReference(node: Node): boolean;
  };
  report(finding: { readonly node: Node; readonly message: string }): void;
}

export interface Rule {
  readonly meta?: { readonly schema: readonly object[] };
  create(context: RuleContext): Readonly<Record<string, (node: Node) => void>>;
}
