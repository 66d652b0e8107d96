/** The page's own style: light and dark by the reader's choice, on a telephone and on paper. */
export const CSS = `
:root { color-scheme: light dark; --ground: #fdfdfb; --panel: #f3f3ef; --ink: #1c2024; --soft: #555c63; --line: #d5d7d3;
  --valid: #1a6f3c; --invalid: #b3261e; --unknown: #875a00; --not-covered: #4a5d78; --accent: #0b57a4; }
@media (prefers-color-scheme: dark) { :root { --ground: #14171a; --panel: #1d2125; --ink: #e6e8ea; --soft: #a9b1b8;
  --line: #363c42; --valid: #6fd08f; --invalid: #ff8a80; --unknown: #f0bd5b; --not-covered: #9fb6d6; --accent: #8ab8f0; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 72rem; padding: 1.5rem 1rem 4rem; background: var(--ground); color: var(--ink);
  font: 16px/1.5 system-ui, sans-serif; overflow-wrap: anywhere; }
h1 { font-size: 1.6rem; line-height: 1.2; margin: 0 0 .25rem; text-wrap: balance; }
h2 { font-size: 1.15rem; margin: 2.25rem 0 .5rem; }
h3 { font-size: 1rem; margin: 1.25rem 0 .25rem; }
p { margin: .25rem 0; max-width: 70ch; }
.soft { color: var(--soft); }
.verdict { border-left: .4rem solid var(--is); background: var(--panel); padding: 1rem; border-radius: .25rem; }
.verdict h1 { color: var(--is); }
.is-valid { --is: var(--valid); } .is-invalid { --is: var(--invalid); } .is-unknown { --is: var(--unknown); }
.is-not-covered { --is: var(--not-covered); }
.mark { color: var(--is); font-weight: 600; white-space: nowrap; }
.claim { font-size: 1.15rem; font-variant-numeric: tabular-nums; }
dl { display: grid; grid-template-columns: repeat(auto-fit, minmax(8.5rem, 1fr)); gap: .5rem; margin: 1rem 0 0; padding: 0; }
dl div { background: var(--panel); padding: .5rem .75rem; border-radius: .25rem; }
dt { color: var(--soft); font-size: .8rem; } dd { margin: 0; font-weight: 600; font-variant-numeric: tabular-nums; }
.wide { overflow-x: auto; border: 1px solid var(--line); border-radius: .25rem; }
.wide:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
table { border-collapse: collapse; width: 100%; font-size: .9rem; }
th, td { text-align: left; vertical-align: top; padding: .45rem .6rem; border-bottom: 1px solid var(--line); }
tr:last-child > * { border-bottom: 0; }
thead th { color: var(--soft); font-weight: 600; white-space: nowrap; }
tbody th { font-weight: 600; min-width: 9rem; }
td.figure, th.figure { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; }
td.text { min-width: 17rem; } td.text p + p { margin-top: .3rem; }
.finding { border-left: .25rem solid var(--is); padding: .25rem 0 .25rem .75rem; margin: .75rem 0; }
.finding h3 { margin: 0; }
ul { margin: .25rem 0; padding-left: 1.2rem; }
code { font: .85em/1.5 ui-monospace, monospace; background: var(--panel); padding: .1rem .3rem; border-radius: .2rem; }
svg { display: block; min-width: 44rem; width: 100%; height: auto; }
svg text { fill: var(--ink); font: 12px system-ui, sans-serif; } svg .soft { fill: var(--soft); }
svg .grid { stroke: var(--line); stroke-width: 1; }
svg .is-valid, svg .is-invalid, svg .is-unknown, svg .is-not-covered { fill: var(--is); stroke: var(--is); }
svg .hollow { fill: var(--ground); stroke: var(--is); stroke-width: 2; }
svg .dashed { fill: var(--ground); stroke: var(--is); stroke-width: 2; stroke-dasharray: 4 2; }
.key { display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; font-size: .85rem; padding: 0; list-style: none; }
@media (max-width: 700px) {
  .rows thead { position: absolute; clip-path: inset(50%); width: 1px; height: 1px; overflow: hidden; }
  .rows, .rows tbody, .rows tr, .rows th, .rows td { display: block; }
  .rows tr { padding: .6rem; border-bottom: 1px solid var(--line); } .rows tr:last-child { border-bottom: 0; }
  .rows th, .rows td, .rows td.figure { border: 0; padding: .1rem 0; text-align: left; min-width: 0; white-space: normal; }
  .rows td[data-label]::before { content: attr(data-label) ": "; color: var(--soft); }
}
@media print { body { max-width: none; } .wide { overflow: visible; } svg { min-width: 0; } }
`;
