/** The one stylesheet, sent with every page. */
export const stylesheet = `
:root { color-scheme: light dark; --ink: #1c2330; --soft: #5b6472; --line: #dfe3ea; --paper: #fff; --back: #f5f6f9;
  --accent: #2456c7; --warn: #a8321a; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6e9ef; --soft: #9aa4b2; --line: #303743; --paper: #1b2029;
  --back: #12151b; --accent: #8ab0ff; --warn: #ff9d85; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--back); color: var(--ink); font: 16px/1.5 system-ui, sans-serif; }
header { display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; align-items: center; padding: .75rem 1.25rem;
  background: var(--paper); border-bottom: 1px solid var(--line); }
header nav { display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; }
.brand { font-weight: 700; color: var(--ink); text-decoration: none; }
.logout { margin-left: auto; }
main { max-width: 44rem; margin: 0 auto; padding: 1.5rem 1.25rem 4rem; }
h1 { font-size: 1.5rem; line-height: 1.2; margin: .5rem 0 1.25rem; }
a { color: var(--accent); }
a:focus-visible, button:focus-visible, input:focus-visible, textarea:focus-visible { outline: 2px solid var(--accent);
  outline-offset: 2px; }
ul { list-style: none; margin: 0; padding: 0; }
.card, li { background: var(--paper); border: 1px solid var(--line); border-radius: .5rem; padding: .75rem 1rem;
  margin-bottom: .5rem; overflow-wrap: anywhere; }
.row { display: flex; gap: .25rem 1rem; justify-content: space-between; align-items: baseline; }
.name, .subject { font-weight: 600; }
.score { font-variant-numeric: tabular-nums; }
.soft { color: var(--soft); margin: .15rem 0 0; }
.text { white-space: pre-wrap; }
.unread { border-left: 4px solid var(--accent); }
.pager { display: flex; justify-content: space-between; margin-top: 1rem; color: var(--soft); }
form.stack { display: grid; gap: .75rem; }
form.inline { display: inline-block; }
label { display: grid; gap: .25rem; font-weight: 600; }
input, textarea { font: inherit; color: inherit; background: var(--back); border: 1px solid var(--line);
  border-radius: .375rem; padding: .5rem .625rem; width: 100%; }
textarea { min-height: 8rem; }
button { font: inherit; color: var(--paper); background: var(--accent); border: 0; border-radius: .375rem;
  padding: .5rem 1rem; justify-self: start; cursor: pointer; }
button.plain { background: none; color: var(--soft); padding: 0; text-decoration: underline; }
.error { color: var(--warn); font-weight: 600; }
dt { color: var(--soft); } dd { margin: 0 0 .75rem; min-height: 1.5em; } dd:empty::after { content: "nothing"; color: var(--soft); }
`;
