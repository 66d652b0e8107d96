/** The look of every page. Colours are pairs for a light and a dark ground, each of enough contrast on it. */
export const OVERVIEW_STYLE = `
:root {
  color-scheme: light dark;
  --ground: light-dark(#ffffff, #14171a);
  --card: light-dark(#f5f6f8, #1d2126);
  --line: light-dark(#d5d9df, #363c44);
  --text: light-dark(#1a1d21, #e8eaed);
  --soft: light-dark(#525a65, #a8b0ba);
  --link: light-dark(#0b57a4, #8ec2ff);
  --good: light-dark(#11692f, #6fd08c);
  --busy: light-dark(#0b5c8a, #79c3f0);
  --wait: light-dark(#7a4d00, #f0bd5b);
  --bad: light-dark(#a81e1e, #ff9a90);
  --own: light-dark(#525a65, #a8b0ba);
  --good-bar: light-dark(#2f9e54, #3f9f5c);
  --busy-bar: light-dark(#3f92c4, #3c86b4);
  --wait-bar: light-dark(#d99a1c, #c8912a);
  --bad-bar: light-dark(#cf3a3a, #d9574d);
  --own-bar: light-dark(#98a1ac, #79828d);
}
html { background: var(--ground); }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 0 1rem 2rem; max-width: 76rem; color: var(--text); background: var(--ground);
  font: 1rem/1.45 system-ui, 'Segoe UI', Roboto, 'Helvetica Neue', sans-serif; }
a { color: var(--link); }
:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; }
.skip { position: absolute; left: -100rem; }
.skip:focus { left: 1rem; top: .5rem; padding: .5rem; background: var(--ground); z-index: 1; }
header { display: flex; flex-wrap: wrap; justify-content: space-between; align-items: baseline; gap: 0 1rem;
  padding: .75rem 0; border-bottom: 1px solid var(--line); }
header p { margin: 0; color: var(--soft); font-variant-numeric: tabular-nums; }
header .brand { color: var(--text); font-weight: 700; font-size: 1.1rem; letter-spacing: .01em; }
h1 { margin: 0; font-size: 1.5rem; line-height: 1.25; }
h2 { margin: 2rem 0 .6rem; font-size: 1.1rem; }
.count { color: var(--soft); font-weight: 400; }
.note { display: block; color: var(--soft); font-size: .85rem; font-weight: 400; overflow-wrap: anywhere; }
.number { font-variant-numeric: tabular-nums; }
.defs { position: absolute; }
code { font: .95em ui-monospace, 'Cascadia Mono', Menlo, Consolas, monospace; }

#cut:empty { display: none; }
#cut { margin: 1rem 0 0; padding: .6rem .9rem; border: 2px solid var(--bad); border-radius: .5rem; color: var(--bad); font-weight: 600; }
#verdict { margin-top: 1rem; padding: .9rem 1.1rem; border: 1px solid var(--line); border-left: .5rem solid var(--good-bar);
  border-radius: .5rem; background: var(--card); }
#verdict.waiting { border-left-color: var(--wait-bar); border-left-style: double; }
#verdict.degraded { border-left-color: var(--bad-bar); border-left-style: dashed; }
.well h1 { color: var(--good); } .waiting h1 { color: var(--wait); } .degraded h1 { color: var(--bad); }
#verdict ul { margin: .35rem 0 0; padding-left: 1.2rem; overflow-wrap: anywhere; }
.old #verdict { border-left-color: var(--own-bar); } .old #verdict h1 { color: var(--own); }
.old .day, .old .state { filter: grayscale(1); }

.facts { display: grid; grid-template-columns: repeat(auto-fill, minmax(11.5rem, 1fr)); gap: .6rem; margin: 0; }
.facts div { padding: .6rem .8rem; border: 1px solid var(--line); border-radius: .5rem; background: var(--card); }
.facts dt { color: var(--soft); font-size: .85rem; }
.facts dd { margin: 0; font-size: 1.15rem; font-weight: 600; font-variant-numeric: tabular-nums; }

table { width: 100%; border-collapse: collapse; }
th, td { padding: .55rem .6rem; text-align: left; vertical-align: top; border-top: 1px solid var(--line); }
thead th { border-top: 0; white-space: nowrap; color: var(--soft); font-size: .85rem; font-weight: 600; }
tbody th { font-weight: 600; overflow-wrap: anywhere; }
.sources td:nth-child(4), .sources td:nth-child(6) { white-space: nowrap; font-variant-numeric: tabular-nums; }
.sources th:nth-child(5), .sources .number, .incidents th:nth-child(5), .incidents .number { text-align: right; }
.sources td:nth-child(2) { width: 32%; }
.sources td:nth-child(3) { min-width: 13rem; }
.incidents td:nth-child(3) { width: 45%; overflow-wrap: anywhere; }
.incidents td:nth-child(2), .incidents td:nth-child(4) { font-variant-numeric: tabular-nums; }
.why { display: block; font-size: .9rem; overflow-wrap: anywhere; }
.late { color: var(--bad); }
.state { display: inline-flex; align-items: center; gap: .35rem; font-weight: 600; white-space: nowrap; }
.mark { width: 1rem; height: 1rem; fill: none; stroke: currentColor; stroke-width: 2; stroke-linecap: round; stroke-linejoin: round; flex: none; }
.good { color: var(--good); } .busy { color: var(--busy); } .wait { color: var(--wait); } .bad { color: var(--bad); } .own { color: var(--own); }

.day { display: block; width: 15rem; max-width: 100%; height: 1.25rem; margin-top: .1rem; }
.t-o { fill: var(--good-bar); } .t-c { fill: var(--busy-bar); } .t-w, .t-t { fill: var(--wait-bar); }
.t-s, .t-b, .t-a { fill: var(--bad-bar); } .t-f, .t-z { fill: url(#own); } .t-p, .t-d, .t-u { fill: var(--own-bar); }
.own-ground { fill: var(--ground); } .own-line { fill: var(--own-bar); } .grid { fill: var(--ground); } .cells { fill: url(#grid); }
.legend { display: flex; flex-wrap: wrap; gap: .2rem 1.1rem; margin: .6rem 0 0; padding: 0; list-style: none; color: var(--soft); font-size: .85rem; }
.legend li { display: flex; align-items: center; gap: .4rem; }
.key { width: .7rem; height: 1rem; }

details { margin-top: .25rem; font-size: .9rem; }
summary { cursor: pointer; }
details ol { margin: .3rem 0; padding-left: 1.3rem; }
.commands { display: flex; flex-wrap: wrap; gap: .5rem; margin: 0; padding: 0; list-style: none; }
.commands code { display: block; padding: .4rem .7rem; border: 1px solid var(--line); border-radius: .4rem; background: var(--card); overflow-wrap: anywhere; }
footer { margin-top: 2.5rem; border-top: 1px solid var(--line); color: var(--soft); font-size: .9rem; }

@media (max-width: 56rem) {
  .facts { grid-template-columns: repeat(auto-fill, minmax(8.2rem, 1fr)); gap: .4rem; }
  .facts div { padding: .45rem .6rem; }
  thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  table, tbody, tr, tbody th, td { display: block; width: auto; }
  .sources td:nth-child(n), .incidents td:nth-child(n) { width: auto; min-width: 0; white-space: normal; text-align: left; }
  tr { margin-bottom: .8rem; padding: .6rem .8rem; border: 1px solid var(--line); border-radius: .5rem; background: var(--card); }
  .grid, .own-ground { fill: var(--card); }
  tbody th, td { padding: .15rem 0; border: 0; }
  td[data-label] { display: grid; grid-template-columns: 6.2rem minmax(0, 1fr); }
  td[data-label] > * { grid-column: 2; }
  td[data-label]::before { content: attr(data-label); grid-column: 1; grid-row: 1; color: var(--soft); font-size: .85rem; }
  .state { justify-self: start; }
}
@media (prefers-reduced-motion: no-preference) { .skip { transition: left .1s; } }
@media print { .skip, footer { display: none; } }
`;
