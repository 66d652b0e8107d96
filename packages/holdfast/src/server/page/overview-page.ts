import type { AlertsStatus } from '../../follow/index.ts';
import type { FoundStatus } from '../../status/read-status.ts';
import { nextCommands, overallOf } from '../../status/verdict.ts';
import type { Overall } from '../../status/verdict.ts';
import { factList } from './facts.ts';
import { html } from '../../markup/html.ts';
import type { Html } from '../../markup/html.ts';
import { incidentsTable } from './incidents-table.ts';
import { layout } from './layout.ts';
import { DEFINITIONS } from './marks.ts';
import { sourcesTable } from './sources-table.ts';
import { grouped, secondOf } from './words.ts';

/** The overview: of the order of the number of sources, however long their history is. */
export function overviewPage({ report, note }: FoundStatus, alerts: AlertsStatus | null): string {
  const overall = overallOf(report);
  const body = html`<header>
      <p class="brand">Holdfast</p>
      <p id="as-of" data-now="${report.asOf}">
        Data as of <time datetime="${report.asOf}">${secondOf(report.asOf)} UTC</time> ·
        <a href="/">Reload</a>
      </p>
    </header>
    <main id="main">
      ${DEFINITIONS}
      <p id="cut" role="status"></p>
      <section id="verdict" data-live class="${overall.level}" role="status">
        ${verdict(overall, note)}
      </section>
      <section id="facts" data-live aria-labelledby="facts-title">
        <h2 id="facts-title">At a glance</h2>
        ${factList(report, alerts)}
      </section>
      <section id="sources" data-live aria-labelledby="sources-title">
        <h2 id="sources-title">Sources <span class="count">${grouped(report.sources.length)}</span></h2>
        ${sourcesTable(report)}
      </section>
      <section id="incidents" data-live aria-labelledby="incidents-title">
        <h2 id="incidents-title">Incidents, last 24 hours</h2>
        ${incidentsTable(report.incidents)}
      </section>
      <section id="next" data-live aria-labelledby="next-title">
        <h2 id="next-title">What you can type next</h2>
        <ul class="commands">
          ${nextCommands(report).map((command) => html`<li><code>${command}</code></li>`)}
        </ul>
      </section>
    </main>
    <footer>
      <p>
        Version ${report.engine.version} · <a href="/guide/">guide</a> ·
        <a href="/status.json">status.json</a> · <a href="/metrics">metrics</a> ·
        <a href="/healthz">healthz</a> · <a href="/readyz">readyz</a>
      </p>
    </footer>`;
  return layout(`Holdfast: ${overall.sentence}`, body, true);
}

function verdict({ sentence, reasons }: Overall, note: string): Html {
  const all = note === '' ? reasons : [...reasons, note];
  return html`<h1>${sentence}</h1>
    <ul>
      ${all.map((reason) => html`<li>${reason}</li>`)}
    </ul>`;
}
