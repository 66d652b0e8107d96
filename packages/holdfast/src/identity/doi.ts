const DOI = /^10\.\d{4,9}(?:\.\d+)*\/\S+$/;
/** No registered DOI comes near it; what is longer is none, and is not looked at closely. */
const LONGEST = 2_000;
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
  if (text.length > LONGEST) return null;
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
  const counts = Map.groupBy(text, (sign) => sign);
  const left = new Map([...counts].map(([sign, all]) => [sign, all.length]));
  let end = text.length;
  for (; end > 0; end -= 1) {
    const last = text.charAt(end - 1);
    const opening = OPENING[last];
    const lonely = opening !== undefined && (left.get(last) ?? 0) > (left.get(opening) ?? 0);
    if (!lonely && !/[.,;:!?'"\s]/.test(last)) break;
    left.set(last, (left.get(last) ?? 0) - 1);
  }
  return text.slice(0, end);
}

function unescaped(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    // A DOI with a bare per cent sign.
    return text;
  }
}
