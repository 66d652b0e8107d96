/**
 * Files of metha's cache: `2020-01-31-00000000.xml.gz`, the last day of a window and the number of the request. While a
 * window is harvested its files end in `.xml-tmp-<number>`; they are renamed when the window is over.
 */
const FILE = /(?:^|\/)\d{4}-\d{2}-\d{2}-\d{8,}\.xml\.(?:gz|zst)$/;
const TEMPORARY = /(?:^|\/)\d{4}-\d{2}-\d{2}-\d{8,}\.xml(?:$|-tmp)/;

/** Whether a file's name is that of a finished file of the cache. */
export function isMethaFile(name: string): boolean {
  return FILE.test(name);
}

/** Whether a file's name is that of a window that was never finished. */
export function isMethaTemporary(name: string): boolean {
  return TEMPORARY.test(name);
}
