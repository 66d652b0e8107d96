/**
 * Finds the next place of a text, asked for at rising positions: however often it is asked, the whole costs one
 * pass, so that a page of nothing but openers is no trap.
 */
export function finder(text: string, wanted: string): (from: number) => number {
  let found = text.indexOf(wanted);
  return (from) => {
    if (found >= 0 && found < from) found = text.indexOf(wanted, from);
    return found;
  };
}
