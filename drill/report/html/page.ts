import type { Row } from '../../judge.ts';
import { claimOf, mutantsOf, needsOf, outcomeOf, verdictsOf } from '../claim.ts';
import { escape } from '../escape.ts';
import { wholeOf } from '../foot.ts';
import { duration } from '../format.ts';
import type { Quantiles, Report } from '../report.ts';
import { MARKS, WORDS } from '../style.ts';
import { CSS } from './style.ts';
import { tablesOf } from './tables.ts';
import { KEY, timelineOf } from './timeline.ts';

/** The report as one page that needs nothing else: no script, no picture, no network. */
export function pageOf(report: Report): string {
  const { rows, summary } = report;
  const title = `Holdfast drill: ${outcomeOf(report)}`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escape(title)}</title>
<style>${CSS}</style>
</head>
<body>
<main>
${verdict(report)}
${findings(rows)}
${uncovered(rows)}
<h2 id="timeline">Timeline</h2>
<ul class="key">${KEY.map(([key, text]) => `<li><span class="mark is-${key}">${escape(text)}</span></li>`).join('')}</ul>
<div class="wide" role="region" tabindex="0" aria-labelledby="timeline">
${timelineOf(rows)}
</div>
<h2>Rows</h2>
${tablesOf(rows)}
</main>
<footer>
<p class="soft">${escape(`Began ${summary.startedAt}, took ${duration(summary.tookMs)}. A claim is as wide as its counts: what is not listed here was not proved.`)}</p>
</footer>
</body>
</html>
`;
}

function verdict(report: Report): string {
  const { seed, version, summary } = report;
  const whole = wholeOf(report);
  const mutants = mutantsOf(report);
  const facts: readonly (readonly [string, string])[] = [
    ['Valid', String(summary.valid)],
    ['Invalid', String(summary.invalid)],
    ['Unknown', String(summary.unknown)],
    ['Not covered', String(summary.notCovered)],
    ['To detect, p50 / p95 / longest', times(summary.detectMs)],
    ['To recover, p50 / p95 / longest', times(summary.recoverMs)],
    ['Date', summary.startedAt.slice(0, 10)],
    ['Took', duration(summary.tookMs)],
    ['Seed', String(seed)],
    ['Holdfast', version],
    ['Size', summary.size],
    ['Machine', `${summary.machine}; Node ${summary.node.replace(/^v/, '')}`],
  ];
  return [
    `<div class="verdict is-${whole}">`,
    `<h1><span aria-hidden="true">${MARKS[whole]} </span>${escape(outcomeOf(report))}</h1>`,
    `<p class="claim">${escape(claimOf(report))}</p>`,
    `<p>${escape([verdictsOf(report), ...(mutants === null ? [] : [mutants])].join('; '))}</p></div>`,
    `<dl>${facts.map(([term, value]) => `<div><dt>${escape(term)}</dt><dd>${escape(value)}</dd></div>`).join('')}</dl>`,
  ].join('\n');
}

function times(of: Quantiles | null): string {
  return of === null ? '–' : [of.p50, of.p95, of.max].map(duration).join(' / ');
}

function findings(rows: readonly Row[]): string {
  const wrong = rows.filter((row) => row.verdict === 'invalid' || row.verdict === 'unknown');
  if (wrong.length === 0) return '';
  const items = wrong.map(({ name, verdict: said, findings: all, replay }) =>
    [
      `<div class="finding is-${said}"><h3><span class="mark"><span aria-hidden="true">${MARKS[said]} </span>${WORDS[said]}</span> ${escape(name)}</h3>`,
      `<ul>${all.map((each) => `<li>${escape(each)}</li>`).join('')}</ul>`,
      `<p>Again: <code>${escape(replay)}</code></p></div>`,
    ].join(''),
  );
  return `<h2>Findings</h2>\n${items.join('\n')}`;
}

function uncovered(rows: readonly Row[]): string {
  const all = rows.filter((row) => row.verdict === 'not-covered');
  if (all.length === 0) return '';
  const items = all.map((row) => `<li>${escape(`${row.name} (${needsOf(row)})`)}</li>`);
  return `<h2>Not covered</h2>\n<p class="soft">Nothing is claimed about these.</p>\n<ul>${items.join('')}</ul>`;
}
