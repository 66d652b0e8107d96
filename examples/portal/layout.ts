import { html, Html } from './html.ts';
import type { Session } from './sessions.ts';
import { stylesheet } from './stylesheet.ts';

/** A whole document around `content`; with the menu for those who are logged in. */
export function layout(title: string, content: Html, session?: Session): string {
  const expires = session ? html` data-expires-at="${session.expiresAt}"` : html``;
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title} · Portal</title>
<link rel="icon" href="data:,">
<style>${new Html(stylesheet)}</style>
</head>
<body${expires}>
<header><a class="brand" href="/">Portal</a>${session ? menu(session) : html``}</header>
<main>
<h1>${title}</h1>
${content}
</main>
</body>
</html>
`.text;
}

/** The field that proves that a form came from this portal. */
export function csrfField(csrf: string): Html {
  return html`<input type="hidden" name="csrf" value="${csrf}" />`;
}

/** Links to the pages of a list. */
export function pager(path: string, current: number, pages: number): Html {
  const link = (page: number, label: string, rel: string): Html =>
    page < 1 || page > pages
      ? html`<span aria-hidden="true">${label}</span>`
      : html`<a rel="${rel}" href="${path}?page=${page}">${label}</a>`;
  return html`<nav class="pager" aria-label="Pages">
    ${link(current - 1, '← Back', 'prev')}
    <span>Page ${current} of ${pages}</span>
    ${link(current + 1, 'Next →', 'next')}
  </nav>`;
}

function menu(session: Session): Html {
  return html`<nav aria-label="Portal">
      <a href="/matches">Matches</a> <a href="/inbox">Inbox</a> <a href="/sent">Sent</a>
      <a href="/storage">Storage</a>
    </nav>
    <form class="logout" method="post" action="/logout">
      ${csrfField(session.csrf)} <button class="plain">Log out ${session.user}</button>
    </form>`;
}
