import { width } from './width.ts';

/** The text in lines of at most so many columns, broken at spaces; a longer word has a line of its own, unless `breakWords`. */
export function wrap(text: string, columns: number, breakWords = false): string[] {
  const lines: string[] = [];
  let line = '';
  const words = text.split(' ');
  for (const word of breakWords ? words.flatMap((each) => pieces(each, columns)) : words) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (line === '' || width(longer) <= columns) line = longer;
    else {
      lines.push(line);
      line = word;
    }
  }
  return [...lines, line];
}

const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });

function pieces(word: string, columns: number): string[] {
  if (width(word) <= columns) return [word];
  const found = [''];
  for (const { segment } of graphemes.segment(word)) {
    const longer = `${found.at(-1) ?? ''}${segment}`;
    if (width(longer) <= columns) found[found.length - 1] = longer;
    else found.push(segment);
  }
  return found;
}
