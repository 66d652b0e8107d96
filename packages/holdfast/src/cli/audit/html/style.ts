/** The look of the page. Colours are pairs for a light and a dark ground, each of enough contrast on it. */
export const STYLE = `
:root {
  color-scheme: light dark;
  --ground: light-dark(#ffffff, #14171a);
  --card: light-dark(#f5f6f8, #1d2126);
  --line: light-dark(#d5d9df, #363c44);
  --text: light-dark(#1a1d21, #e8eaed);
  --soft: light-dark(#525a65, #a8b0ba);
  --link: light-dark(#0b57a4, #8ec2ff);
  --good: light-dark(#2f9e54, #3f9f5c);
  --wait: light-dark(#b97a08, #e0a63a);
  --bad: light-dark(#c42f2f, #ff7a6e);
  --own: light-dark(#98a1ac, #79828d);
}
html { background: var(--ground); }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 0 1rem 2rem; max-width: 64rem; color: var(--text); background: var(--ground);
  font: 1rem/1.45 system-ui, 'Segoe UI', Roboto, 'Helvetica Neue', sans-serif; }
header { padding: .75rem 0; border-bottom: 1px solid var(--line); }
header p { margin: .2rem 0 0; color: var(--soft); }
h1 { margin: 0; font-size: 1.5rem; line-height: 1.25; }
h2 { margin: 2.2rem 0 .6rem; font-size: 1.25rem; overflow-wrap: anywhere; }
h3 { margin: 1.4rem 0 .5rem; font-size: 1rem; }
a { color: var(--link); }
:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; }
.soft { color: var(--soft); }
.facts { display: grid; grid-template-columns: repeat(auto-fill, minmax(8.5rem, 1fr)); gap: .6rem; margin: 0 0 1.2rem; }
.facts div { padding: .55rem .8rem; border: 1px solid var(--line); border-radius: .5rem; background: var(--card); }
.facts dt { color: var(--soft); font-size: .85rem; }
.facts dd { margin: 0; font-size: 1.15rem; font-weight: 600; font-variant-numeric: tabular-nums; }
.facts .note { display: block; color: var(--soft); font-size: .85rem; font-weight: 400; }
.years { margin: 0; padding: 0; list-style: none; }
.years li { display: grid; grid-template-columns: 7.5rem minmax(0, 1fr); gap: .8rem; align-items: center; margin-bottom: .5rem; break-inside: avoid; }
.years .year { margin: 0; line-height: 1.25; font-variant-numeric: tabular-nums; }
.years .year b { display: block; }
.years .year span { color: var(--soft); font-size: .8rem; }
.years svg { display: block; width: 100%; max-width: 53rem; height: auto; }
.ok { fill: var(--good); } .wait { fill: var(--wait); } .gap { fill: var(--bad); }
.new { fill: none; stroke: var(--own); stroke-width: 1.2; }
.cross { fill: none; stroke: var(--ground); stroke-width: 1.6; }
.dot { fill: var(--ground); }
.months { fill: var(--soft); font: 8px system-ui, sans-serif; }
.legend { display: flex; flex-wrap: wrap; gap: .2rem 1.2rem; margin: .6rem 0 1rem; padding: 0; list-style: none; color: var(--soft); font-size: .85rem; }
.legend li { display: flex; align-items: center; gap: .4rem; }
.legend svg { width: .9rem; height: .9rem; flex: none; }
table { width: 100%; border-collapse: collapse; }
th, td { padding: .4rem .6rem; text-align: left; vertical-align: top; border-top: 1px solid var(--line); overflow-wrap: anywhere; }
thead th { border-top: 0; color: var(--soft); font-size: .85rem; }
td.number, th.number { text-align: right; font-variant-numeric: tabular-nums; overflow-wrap: normal; }
td.when { white-space: nowrap; font-variant-numeric: tabular-nums; }
.run { padding: .6rem .9rem; border: 1px solid var(--line); border-radius: .5rem; background: var(--card); margin-bottom: .6rem; break-inside: avoid; }
.run p { margin: .15rem 0; overflow-wrap: anywhere; }
footer { margin-top: 2.5rem; border-top: 1px solid var(--line); color: var(--soft); font-size: .9rem; }
@media (max-width: 44rem) {
  .years li { grid-template-columns: minmax(0, 1fr); gap: .2rem; }
  .years .year b { display: inline; }
  .wide td, .wide th { display: block; border: 0; padding: .1rem 0; text-align: left; white-space: normal; }
  .wide thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  .wide tr { display: block; padding: .5rem 0; border-top: 1px solid var(--line); }
}
@media print {
  body { max-width: none; font-size: 10pt; }
  .facts div, .run { background: none; }
  svg { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
}
`;
