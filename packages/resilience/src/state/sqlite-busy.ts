/** SQLite's primary result codes BUSY and LOCKED: somebody else is in the way, nothing was done. */
export function isBusy(error: unknown): boolean {
  const errcode = (error as { readonly errcode?: unknown } | null | undefined)?.errcode;
  return typeof errcode === 'number' && ((errcode & 0xff) === 5 || (errcode & 0xff) === 6);
}
