import { html, Html } from '../../../markup/html.ts';
import type { SourceReport } from '../source-report.ts';
import { keyOf } from './calendar.ts';
import { sourceSection } from './source-section.ts';
import { STYLE } from './style.ts';

/** What is known of the completeness of each source, as one page that needs no other file and no script. */
export function auditPage(reports: readonly SourceReport[], now: number): string {
  const asOf = new Date(now).toISOString();
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'" />
        <title>Holdfast: audit of ${asOf.slice(0, 10)}</title>
        <style>
          ${new Html(STYLE)}
        </style>
      </head>
      <body>
        <header>
          <h1>${verdict(reports)}</h1>
          <p>Holdfast, as of <time datetime="${asOf}">${asOf.slice(0, 16).replace('T', ' ')} UTC</time></p>
        </header>
        <main>${legend()} ${reports.map(sourceSection)} ${meaning()}</main>
        <footer>
          <p>
            Written by <code>holdfast audit --html</code>. The same as rows:
            <code>holdfast audit --report --json</code>.
          </p>
        </footer>
      </body>
    </html> `.text;
}

function verdict(reports: readonly SourceReport[]): string {
  const open = reports.filter(
    ({ coverage: { days, complete, young }, facts: { gaps } }) =>
      days === 0 || complete + young < days || gaps.some(({ state }) => state === 'open'),
  );
  if (reports.length === 0) return 'There is no source.';
  if (open.length === 0) return 'Every day that is over is complete.';
  return `Not complete: ${open.map(({ id }) => id).join(', ')}.`;
}

function legend(): Html {
  const entries = [
    ['ok', 'complete: a proved end and a second look; nothing listed is missing'],
    ['wait', 'pending: still to be walked, or to be looked at a second time'],
    ['gap', 'gap: something that was listed is not here'],
    ['new', 'not over yet by the upstream’s own date'],
  ] as const;
  return html`<ul class="legend">
    ${entries.map(([kind, words]) => html`<li>${keyOf(kind)} ${words}</li>`)}
  </ul>`;
}

function meaning(): Html {
  return html`<section aria-labelledby="meaning">
    <h2 id="meaning">What this proves, and what it cannot</h2>
    <p>
      A complete day says: every record that the upstream listed for it, in two walks by different requests,
      is in the store or in the visible quarantine. An audit adds a list, or counts, that do not depend on the
      harvest.
    </p>
    <p>
      It cannot know of records that the upstream never listed to anybody who asked, and it says how the
      upstream answered then: what is added, changed or dated back later is found by later looks and audits. A
      record whose existence the upstream denied in three answers is listed as confirmed absent and counts as
      no gap. Where only a sample of windows was walked again, the sentence beside it says how much may be
      missing at most.
    </p>
  </section>`;
}
