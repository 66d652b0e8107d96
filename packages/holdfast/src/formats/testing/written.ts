import type { StoredPaper } from '../../model/paper.ts';
import { openFormat } from '../format.ts';
import type { FormatName, FormatOptions } from '../format.ts';

/** An export of these papers as bytes. */
export async function writtenBytes(
  format: FormatName,
  papers: readonly StoredPaper[],
  options: Partial<FormatOptions> = {},
): Promise<Buffer> {
  const writer = await openFormat(format, { withSeq: true, allVersions: false, ...options });
  const pieces = [writer.header(), ...papers.map((paper) => writer.paper(paper)), writer.footer()];
  return Buffer.concat(pieces.map((piece) => Buffer.from(piece as string)));
}

/** An export of these papers as text. */
export async function written(
  format: FormatName,
  papers: readonly StoredPaper[],
  options: Partial<FormatOptions> = {},
): Promise<string> {
  return (await writtenBytes(format, papers, options)).toString('utf8');
}
