/** What a simulated upstream imitates. */
export type Kind = 'arxiv' | 'biorxiv' | 'medrxiv' | 'oai-pmh';

/** Every kind, in the order in which they are documented. */
export const kinds: readonly Kind[] = ['arxiv', 'biorxiv', 'medrxiv', 'oai-pmh'];

/** True when the text names a kind. */
export function isKind(text: string): text is Kind {
  return (kinds as readonly string[]).includes(text);
}
