/**
 * Reads the changelog fragments in `changelog.d/`: one file per change, named `<issue>.<fix|feature|change>.md`.
 * `--check` judges names and texts; `--release` also refuses fragments that still say "Pending"; without a flag the
 * fragments are printed as one text, features first.
 */
import { readFileSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The kinds of fragments, in the order in which a release tells them, with their headings. */
export const kinds = [
  ['feature', 'New'],
  ['change', 'Changed'],
  ['fix', 'Mended'],
] as const;

/** A fragment: the file's name and its text. */
export interface Fragment {
  readonly file: string;
  readonly text: string;
}

/** What is wrong with a fragment, as sentences; none when it is right. */
export function findings({ file, text }: Fragment, release: boolean): string[] {
  const found: string[] = [];
  if (!/^[1-9]\d*\.(fix|feature|change)\.md$/.test(file)) {
    found.push(`${file}: the name is <issue>.<fix|feature|change>.md, such as 12.fix.md.`);
  }
  if (text.trim() === '') found.push(`${file}: it is empty; say what the user met and what happens now.`);
  if (release && isUnfinished(text)) found.push(`${file}: it says "Pending"; finish it before the release.`);
  return found;
}

/** Whether a text still has the mark of the template; it has a capital, since "pending" is a word of the product too. */
export function isUnfinished(text: string): boolean {
  return /\bPending\b/.test(text);
}

/** The fragments as one text, by kind and then by number. */
export function collect(fragments: readonly Fragment[]): string {
  const sections = kinds.map(([kind, heading]) => {
    const texts = fragments
      .filter(({ file }) => file.endsWith(`.${kind}.md`))
      .sort((a, b) => Number.parseInt(a.file, 10) - Number.parseInt(b.file, 10))
      .map(({ text }) => text.trim());
    return texts.length === 0 ? '' : `## ${heading}\n\n${texts.join('\n\n')}\n`;
  });
  return sections.filter((section) => section !== '').join('\n');
}

/** The fragments in a folder. */
export function readFragments(folder: string): Fragment[] {
  const files = readdirSync(folder).filter((file) => file !== 'TEMPLATE.md');
  return files.map((file) => ({ file, text: readFileSync(join(folder, file), 'utf8') }));
}

function main(flags: readonly string[]): number {
  const fragments = readFragments(join(dirname(fileURLToPath(import.meta.url)), '..', 'changelog.d'));
  const found = fragments.flatMap((fragment) => findings(fragment, flags.includes('--release')));
  if (found.length > 0) console.error(found.join('\n'));
  else if (flags.length === 0) console.log(collect(fragments));
  return found.length === 0 ? 0 : 1;
}

if (import.meta.main) process.exitCode = main(process.argv.slice(2));
