import { html } from '../../markup/html.ts';
import type { Html } from '../../markup/html.ts';

/** A whole page. `live`: it keeps itself up to date where scripts are allowed. */
export function layout(title: string, body: Html, live: boolean): string {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>${title}</title>
        <link rel="icon" href="/icon.svg" type="image/svg+xml" />
        <link rel="stylesheet" href="/overview.css" />
        ${live ? html`<script src="/overview.js" defer></script>` : null}
      </head>
      <body>
        <a class="skip" href="#main">Skip to the content</a>
        ${body}
      </body>
    </html> `.text;
}
