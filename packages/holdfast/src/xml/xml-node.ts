/**
 * One element. Names are local: prefixes are dropped and namespaces are not looked at, since servers leave
 * them out. `text` stands before the first child, `tail` behind the element's own end.
 */
export interface XmlNode {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: XmlNode[];
  text: string;
  tail: string;
}

/** The first child of that name. */
export function childOf(node: XmlNode | null | undefined, name: string): XmlNode | null {
  return node?.children.find((child) => child.name === name) ?? null;
}

/** All children of that name. */
export function childrenOf(node: XmlNode | null | undefined, name: string): readonly XmlNode[] {
  return node?.children.filter((child) => child.name === name) ?? [];
}

/** All text inside an element, in the order of the document. */
export function textOf(node: XmlNode): string {
  if (node.children.length === 0) return node.text;
  return node.children.reduce((text, child) => text + textOf(child) + child.tail, node.text);
}

/** The text of the first child of that name; null when there is no such child. */
export function childText(node: XmlNode | null | undefined, name: string): string | null {
  const child = childOf(node, name);
  return child === null ? null : textOf(child);
}
