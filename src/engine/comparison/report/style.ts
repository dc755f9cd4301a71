/** The style of a report: one page, light or dark as the reader's system is, printable. */
export const style = `
:root {
  color-scheme: light dark;
  --page: #fbfbf9; --card: #ffffff; --ink: #1c1e21; --quiet: #63676e; --line: #e4e4df; --rail: #ecece7;
  --accent: #1f6feb; --accent-soft: #1f6feb22; --grey: #a3a7ad; --better: #1a7f5a; --worse: #b4541c; --warn: #9a6700;
  --added: #1a7f5a18; --removed: #b4541c18;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #131417; --card: #1b1d21; --ink: #e6e7ea; --quiet: #9a9fa8; --line: #2d3036; --rail: #2a2d33;
    --accent: #6ea8fe; --accent-soft: #6ea8fe2b; --grey: #6b7078; --better: #4cc38a; --worse: #f0a066; --warn: #e3b341;
    --added: #4cc38a20; --removed: #f0a06620;
  }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--ink); font: 15px/1.55 system-ui, -apple-system, "Segoe UI", sans-serif; }
main { max-width: 1280px; margin: 0 auto; padding: 48px 28px 80px; }
h1 { font-size: 32px; line-height: 1.2; letter-spacing: -0.02em; margin: 0 0 6px; }
h2 { font-size: 19px; letter-spacing: -0.01em; margin: 52px 0 4px; }
h3 { font-size: 15px; margin: 20px 0 6px; }
p { margin: 6px 0 14px; max-width: 78ch; }
.question { font-size: 18px; color: var(--quiet); margin-bottom: 20px; }
.conclusion { border-left: 3px solid var(--accent); padding: 4px 0 4px 16px; font-size: 16px; max-width: 90ch; }
.facts { display: flex; flex-wrap: wrap; gap: 4px 28px; margin: 20px 0 0; padding: 0; list-style: none; color: var(--quiet); }
.facts b { color: var(--ink); font-weight: 600; }
.hint { color: var(--quiet); font-size: 13.5px; }
.scroll { overflow-x: auto; background: var(--card); border: 1px solid var(--line); border-radius: 10px; margin-top: 14px; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th, td { padding: 6px 10px; text-align: right; white-space: nowrap; border-bottom: 1px solid var(--line); }
thead th { font-size: 12.5px; font-weight: 600; color: var(--quiet); }
th:first-child, td.words { text-align: left; }
td.words { white-space: normal; }
tbody th { font-weight: 500; }
tbody tr:last-child > * { border-bottom: 0; }
tr.baseline > * { background: var(--accent-soft); }
tr.reference > * { color: var(--quiet); font-weight: 400; }
td small { display: block; color: var(--quiet); font-size: 11.5px; line-height: 1.2; }
.better { color: var(--better); } .worse { color: var(--worse); }
svg { display: block; }
.whisker .rail { stroke: var(--rail); stroke-width: 1; }
.whisker .mark { stroke: var(--grey); stroke-width: 1; stroke-dasharray: 2 2; }
.whisker .interval { stroke: var(--grey); stroke-width: 3; stroke-linecap: round; }
.whisker .dot { fill: var(--grey); stroke: var(--card); stroke-width: 1.5; }
.whisker.accented .interval { stroke: var(--accent); } .whisker.accented .dot { fill: var(--accent); }
.charts { display: grid; grid-template-columns: repeat(auto-fill, minmax(258px, 1fr)); gap: 14px; margin-top: 14px; }
.chart { margin: 0; padding: 12px 14px 8px; background: var(--card); border: 1px solid var(--line); border-radius: 10px; }
.chart svg { width: 100%; height: auto; }
figcaption { font-size: 13px; font-weight: 500; margin-bottom: 6px; display: flex; justify-content: space-between; gap: 12px; }
figcaption b { color: var(--accent); font-variant-numeric: tabular-nums; }
.grid { stroke: var(--rail); stroke-width: 1; }
.tick { fill: var(--quiet); font-size: 9.5px; font-family: inherit; }
.curve { fill: none; stroke: var(--accent); stroke-width: 1.8; stroke-linejoin: round; }
.band { fill: var(--accent); fill-opacity: 0.18; }
.beside { fill: none; stroke: var(--grey); stroke-width: 1.2; stroke-dasharray: 3 3; }
.heat { fill: var(--accent); } .heat.rest { fill: var(--grey); }
.matrix td { text-align: center; padding: 5px 8px; font-size: 12.5px; min-width: 46px; border: 2px solid var(--card); border-radius: 6px; }
.matrix th { font-size: 12.5px; border: 0; } .matrix thead th { text-align: center; }
.chips { min-width: 420px; display: flex; flex-wrap: wrap; gap: 6px; justify-content: flex-start; white-space: normal; }
code { font: 12.5px/1.5 ui-monospace, "SF Mono", Menlo, Consolas, monospace; }
.chips code { background: var(--rail); border-radius: 5px; padding: 1px 7px; }
pre { font: 12.5px/1.55 ui-monospace, "SF Mono", Menlo, Consolas, monospace; margin: 8px 0 0; padding: 12px 0; overflow-x: auto; background: var(--card); border: 1px solid var(--line); border-radius: 10px; white-space: pre-wrap; overflow-wrap: anywhere; }
pre span { display: block; padding: 0 16px; } pre .added { background: var(--added); } pre .removed { background: var(--removed); }
pre .cut { color: var(--quiet); }
details { margin-top: 10px; background: var(--card); border: 1px solid var(--line); border-radius: 10px; padding: 10px 16px; }
summary { cursor: pointer; font-weight: 500; } summary small { color: var(--quiet); font-weight: 400; margin-left: 8px; }
details ol { margin: 10px 0 4px; padding: 0; list-style: none; }
details li { display: grid; grid-template-columns: 56px 1fr; gap: 10px; padding: 4px 0; }
details li b { color: var(--accent); font-variant-numeric: tabular-nums; text-align: right; }
.warning { color: var(--warn); }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 3px 20px; margin: 10px 0; } dt { font-weight: 500; } dd { margin: 0; color: var(--quiet); }
footer { margin-top: 56px; color: var(--quiet); font-size: 13px; border-top: 1px solid var(--line); padding-top: 14px; }
@media print { main { max-width: none; padding: 0; } .chart, .scroll, details { break-inside: avoid; } }
`;
