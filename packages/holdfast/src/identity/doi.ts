const DOI = /^10\.\d{4,9}(?:\.\d+)*\/\S+$/;
const OPENING: Readonly<Record<string, string>> = { ')': '(', ']': '[', '}': '{', '>': '<' };

/** Whether a text is a bare DOI, as upstreams give it. */
export function isDoi(text: string): boolean {
  return DOI.test(text);
}

/**
 * The DOI that a person typed or pasted: bare, with `doi:`, or as a URL of a resolver, with white space around it
 * and the punctuation of a sentence after it. Its case is kept. Null when there is none.
 */
export function parseDoi(text: string): string | null {
  const bare = text
    .trim()
    .replace(/^[<("'[]+(?=\S)/, '')
    .replace(/^(?:doi\s*:\s*|doi\s+|info:doi\/|urn:doi:)/i, '');
  const address = /^(?:https?:\/\/)?(?:(?:dx|www)\.)?doi\.org\/([^?#]*)/i.exec(bare)?.[1];
  const doi = withoutTail(address === undefined ? bare : unescaped(address));
  return isDoi(doi) ? doi : null;
}

/** The form under which DOIs are compared: they do not distinguish case. */
export function doiKey(doi: string): string {
  return doi.toLowerCase();
}

/** The address that a DOI resolves at, with everything escaped that would end or split a URL. */
export function doiUrl(doi: string): string {
  return `https://doi.org/${encodeURI(doi.trim().toWellFormed()).replace(/[?#]/g, encodeURIComponent)}`;
}

/** Punctuation of the sentence around it; a closing bracket stays when it has its opening one. */
function withoutTail(text: string): string {
  let doi = text;
  for (;;) {
    const last = doi.at(-1) ?? '';
    const opening = OPENING[last];
    const lonely = opening !== undefined && doi.split(last).length > doi.split(opening).length;
    if (!lonely && !/[.,;:!?'"\s]/.test(last)) return doi;
    doi = doi.slice(0, -1);
  }
}

function unescaped(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    // A DOI with a bare per cent sign.
    return text;
  }
}
