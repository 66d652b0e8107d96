import { parseReference } from '../identity/lookup.ts';
import { HoldfastError } from '../model/error.ts';
import type { StoredPaper } from '../model/paper.ts';
import type { StoreReader } from '../store/port.ts';

/**
 * The versions of the paper that a person named: by identifier, address, `arXiv:` or `doi:` form, with or without
 * a version. The first reading of the text that the store knows wins.
 * @throws HoldfastError `ERR_NOT_FOUND`; it tells when only the version is unknown.
 */
export async function findPapers(
  reader: Pick<StoreReader, 'show'>,
  text: string,
  source?: string,
): Promise<readonly StoredPaper[]> {
  let otherVersions: readonly StoredPaper[] = [];
  for (const { id, version } of parseReference(text)) {
    const held = await reader.show(id, source);
    const wanted = held.filter(({ fields }) => version === undefined || fields.version === version);
    if (wanted.length > 0) return wanted;
    if (otherVersions.length === 0) otherVersions = held;
  }
  throw notFound(text, otherVersions);
}

function notFound(text: string, held: readonly StoredPaper[]): HoldfastError {
  const id = held[0]?.fields.id;
  if (id === undefined) {
    return new HoldfastError('ERR_NOT_FOUND', `The store has no paper "${text}".`, {
      hint: 'Look for it by its words: holdfast search WORDS. It may also be in: holdfast quarantine, holdfast gaps.',
    });
  }
  const versions = held.map(({ fields }) => fields.version ?? 'not known yet').join(', ');
  return new HoldfastError(
    'ERR_NOT_FOUND',
    `The store has ${id}, but not the version that "${text}" names (held: ${versions}).`,
    { hint: `Try: holdfast show ${id} --history` },
  );
}
