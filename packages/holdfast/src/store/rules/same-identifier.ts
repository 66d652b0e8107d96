/** DOIs compare without case; every other identifier as it stands. */
export function sameIdentifier(a: string, b: string): boolean {
  return a === b || (isDoi(a) && isDoi(b) && a.toLowerCase() === b.toLowerCase());
}

/** Whether an identifier is a bare DOI. */
export function isDoi(id: string): boolean {
  return /^10\.\d{4,9}\//.test(id);
}
