/** CHANGELOG.md: a section for each release, made from the fragments of `changelog.d/`. */
import { kinds } from '../changelog.ts';
import type { Fragment } from '../changelog.ts';

/** What stands above all sections. */
export const PREAMBLE = `# Changelog

What changed for users, the newest release first. How to upgrade: [docs/install.md](docs/install.md#upgrade).
`;

/** The heading of a release's section. */
function headingOf(version: string): string {
  return `## ${version} `;
}

/** The section of a release with its heading; null when there is none. */
export function sectionOf(text: string, version: string): string | null {
  const at = text.indexOf(`\n${headingOf(version)}`);
  if (at < 0) return null;
  const next = text.indexOf('\n## ', at + 1);
  return text.slice(at + 1, next < 0 ? undefined : next + 1);
}

/**
 * The changelog with the fragments moved into the section of `version`, which is made, dated `day`, when it is not
 * there. Called again with no fragments it changes nothing; with further ones it adds them.
 */
export function addRelease(
  text: string,
  version: string,
  day: string,
  fragments: readonly Fragment[],
): string {
  const before = text === '' ? PREAMBLE : text;
  const old = sectionOf(before, version);
  const bodies = kinds.map(([kind, heading]) => {
    const known = old === null ? '' : bodyOf(old, heading);
    const fresh = fragments
      .filter(({ file }) => file.endsWith(`.${kind}.md`))
      .sort((a, b) => Number.parseInt(a.file, 10) - Number.parseInt(b.file, 10))
      .map((each) => each.text.trim());
    return [heading, [known, ...fresh].filter((part) => part !== '').join('\n\n')] as const;
  });
  const filled = bodies
    .filter(([, body]) => body !== '')
    .map(([heading, body]) => `### ${heading}\n\n${body}\n`);
  const title = old?.split('\n', 1)[0] ?? `${headingOf(version)}(${day})`;
  const section = `${[title, '', filled.join('\n')].join('\n')}`;
  if (old !== null) return before.replace(old.trimEnd(), () => section.trimEnd());
  const first = before.indexOf('\n## ');
  if (first < 0) return `${before.trimEnd()}\n\n${section}`;
  return `${before.slice(0, first + 1)}${section}\n${before.slice(first + 1)}`;
}

function bodyOf(section: string, heading: string): string {
  const [, body = ''] = section.split(`\n### ${heading}\n`);
  return (body.split('\n### ', 1)[0] ?? '').trim();
}
