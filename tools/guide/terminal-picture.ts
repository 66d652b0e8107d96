/** What a terminal showed, as a picture that stays sharp and can be searched. */

const CHARACTER = 8.42;
const LINE = 19;
const MARGIN = 16;
/** A space that no viewer takes for one with its neighbours. */
const SPACE = '\u00a0';
const HEAD = 34;

/** Draws text as a terminal shows it, its `last` lines. `command` stands in the first line. */
export function terminalPicture(
  command: string,
  output: string,
  { columns = 100, last = 60 }: { readonly columns?: number; readonly last?: number } = {},
): string {
  const all = output.replace(/\n+$/, '').split('\n');
  const shown = all.length > last ? ['…', ...all.slice(-last)] : all;
  const lines = [`$ ${command}`, ...shown].map((line) => line.slice(0, columns));
  const width = Math.ceil(columns * CHARACTER + 2 * MARGIN);
  const height = HEAD + lines.length * LINE + MARGIN;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${String(width)} ${String(height)}" role="img">`,
    `<title>${escape(command)}</title>`,
    `<rect width="${String(width)}" height="${String(height)}" rx="8" fill="#14171a"/>`,
    ...['#d9574d', '#c8912a', '#3f9f5c'].map(
      (fill, index) => `<circle cx="${String(20 + index * 18)}" cy="17" r="5.5" fill="${fill}"/>`,
    ),
    `<g font-family="ui-monospace, 'Cascadia Mono', Menlo, Consolas, 'DejaVu Sans Mono', monospace" font-size="14" fill="#e8eaed">`,
    ...lines.map(
      (line, index) =>
        `<text x="${String(MARGIN)}" y="${String(HEAD + 12 + index * LINE)}"${index === 0 ? ' fill="#8ec2ff"' : ''}${line === '' ? '' : ` textLength="${(line.length * CHARACTER).toFixed(1)}" lengthAdjust="spacingAndGlyphs"`}>${escape(line).replaceAll(' ', SPACE)}</text>`,
    ),
    '</g>',
    '</svg>',
    '',
  ].join('\n');
}

/** Text as it stands in SVG. */
export function escape(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
