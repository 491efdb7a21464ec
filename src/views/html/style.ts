/** The look of a page: system colours, so that it is readable in a light and in a dark browser; no fonts, pictures or scripts from anywhere. */
export const style = `
:root { color-scheme: light dark; --good: #1a7f37; --fine: #0a6a80; --warn: #8a5a00; --bad: #c4201d; --dim: #5c6470; --line: #d0d4da; --head: #f3f4f6; }
@media (prefers-color-scheme: dark) { :root { --good: #4cc470; --fine: #56c2d6; --warn: #e0aa3e; --bad: #ff7b72; --dim: #9aa4b0; --line: #3a4048; --head: #21262d; } }
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 90rem; padding: 0 1rem; }
h1 { font-size: 1.35rem; margin: 0 0 .25rem; } h2 { font-size: 1.05rem; border-top: 2px solid var(--line); margin: 2rem 0 .5rem; padding-top: 1rem; }
.headline { color: var(--dim); margin: 0 0 1rem; } .headline span + span::before { content: " \\00b7  "; }
.answer p { font-size: 1.1rem; margin: .25rem 0; } .scroll { overflow-x: auto; margin: 1.5rem 0; }
table { border-collapse: collapse; width: 100%; } caption { text-align: left; padding: .25rem 0; }
th, td { border: 1px solid var(--line); padding: .35rem .6rem; text-align: left; vertical-align: top; } th { background: var(--head); font-size: .8rem; }
td p { margin: 0; overflow-wrap: anywhere; } code { font: 13px ui-monospace, monospace; overflow-wrap: anywhere; } .note p { margin: .15rem 0; overflow-wrap: anywhere; }
.good { color: var(--good); } .fine { color: var(--fine); } .warn { color: var(--warn); } .bad { color: var(--bad); font-weight: 600; } .dim { color: var(--dim); } .strong { font-weight: 600; }
@media print { body { margin: 0; max-width: none; } }
`;
