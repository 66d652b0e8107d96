/** The text below a heading up to the next one of its level or above. @throws when there is no such heading */
export function section(text: string, heading: string): string {
  const lines = text.split('\n');
  const start = lines.findIndex((line) => line.replace(/^#+ /, '') === heading && line.startsWith('#'));
  if (start < 0) throw new Error(`there is no heading "${heading}"`);
  const level = lines[start]?.indexOf(' ') ?? 1;
  const end = lines.findIndex((line, at) => at > start && /^#+ /.test(line) && line.indexOf(' ') <= level);
  return lines.slice(start + 1, end < 0 ? undefined : end).join('\n');
}

/** The rows of the first table, cells trimmed, without its heading; empty when there is none. */
export function tableOf(text: string): string[][] {
  const lines = text.split('\n');
  const start = lines.findIndex((line) => /^\|[ :-]+\|/.test(line));
  if (start < 0) return [];
  const rest = lines.slice(start + 1);
  const end = rest.findIndex((line) => !line.startsWith('|'));
  return rest.slice(0, end < 0 ? undefined : end).map((line) =>
    line
      .split(/(?<!\\)\|/)
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

/** The contents of the fenced blocks of a language. */
export function fences(text: string, language: string): string[] {
  return [...text.matchAll(/^```(\S*)\n([\s\S]*?)^```$/gm)].flatMap(([, name, content]) =>
    name === language && content !== undefined ? [content.replace(/\n$/, '')] : [],
  );
}
