/**
 * Colours after Okabe and Ito, which colour-blind people can tell apart, darkened or lightened until each has a contrast of 3:1 with its
 * background; nothing depends on them alone.
 */
const light = {
  paper: '#fff',
  ink: '#1b1f24',
  muted: '#57606a',
  line: '#d0d7de',
  ground: '#f6f8fa',
  work: '#0072b2',
  save: '#b85c00',
  lost: '#a3261e',
  'lost-ground': '#fbe3df',
  restore: '#00735a',
  'restore-ground': '#cdeee4',
  end: '#6e7781',
  good: '#00664f',
  bad: '#a3261e',
};
type Colour = keyof typeof light;
const dark: Readonly<Record<Colour, string>> = {
  paper: '#0d1117',
  ink: '#e6edf3',
  muted: '#9da7b1',
  line: '#30363d',
  ground: '#161b22',
  work: '#56b4e9',
  save: '#f0b429',
  lost: '#ff8a70',
  'lost-ground': '#3b1712',
  restore: '#34c79a',
  'restore-ground': '#0d3b2e',
  end: '#8b949e',
  good: '#4fd3a6',
  bad: '#ff9580',
};

/** The colours of pictures. `of`: how a colour is written. */
const coloured = (of: (name: Colour) => string) => `text{fill:${of('ink')}}text.small{fill:${of('muted')}}
.paper{fill:${of('paper')}}
.work{fill:${of('work')}}.save{fill:${of('save')}}.end{fill:${of('end')}}
.lost{stroke:${of('lost')}}.restore,.start{stroke:${of('restore')}}
.lost-ground{fill:${of('lost-ground')}}.lost-line{fill:${of('lost')}}
.restore-ground{fill:${of('restore-ground')}}.restore-line{fill:${of('restore')}}
.suspended{stroke:${of('end')}}.wait,.frame{stroke:${of('muted')}}.grid{stroke:${of('line')}}
.area{fill:${of('work')}}.curve{stroke:${of('work')}}
.spike{stroke:${of('save')}}.dot{fill:${of('save')}}
.failed{fill:${of('paper')};stroke:${of('bad')}}
.done{fill:${of('ink')}}`;

const shapes = `text{font-family:system-ui,sans-serif;font-size:12px}text.small{font-size:11px}text.strong{font-weight:600}
.lost,.restore,.start,.grid,.frame{stroke-width:1}
.suspended{fill:none;stroke-dasharray:2 2}
.wait{stroke-width:1.5;stroke-dasharray:4 3}
.area{fill-opacity:.25;stroke:none}.curve{fill:none;stroke-width:1.5;stroke-linejoin:round}
.spike,.failed{stroke-width:1.5}`;

/**
 * What a picture in a separate file looks like. Colours are literal, because what converts it for a paper knows no custom properties; many
 * converters do not know @media either, and take the light ones.
 */
export const pictureStyle = `${shapes}
${coloured((name) => light[name])}
@media screen and (prefers-color-scheme:dark){
${coloured((name) => dark[name])}
}`;

const declared = (colours: Readonly<Record<Colour, string>>) =>
  Object.entries(colours)
    .map(([name, value]) => `--${name}:${value};`)
    .join('');

const colours = `:root{color-scheme:light dark;${declared(light)}}@media (prefers-color-scheme:dark){:root{${declared(dark)}}}@media print{:root{color-scheme:light;${declared(light)}}}`;

export const pageStyle = `${colours}
${shapes}
${coloured((name) => `var(--${name})`)}
*{box-sizing:border-box}
body{margin:0 auto;max-width:62rem;padding:1.5rem 1rem 3rem;background:var(--paper);color:var(--ink);font:1rem/1.5 system-ui,sans-serif}
h1{font-size:1.5rem;line-height:1.25;margin:0 0 .25rem;overflow-wrap:anywhere}h2{font-size:1.15rem;margin:2.25rem 0 .75rem}h3,h4{font-size:1rem;margin:1.75rem 0 .5rem}h4{color:var(--muted)}
.part{border-top:3px solid var(--line);margin-top:2.5rem}.part>h2{font-size:1.3rem;margin-top:1.25rem}.part .part{border-top-width:1px}a{color:var(--work)}
.lead{margin:0;color:var(--muted);font-size:1.05rem}
figure{margin:1rem 0}figcaption{color:var(--muted);font-size:.875rem;margin-top:.5rem}
svg{display:block;max-width:100%;height:auto}
.narrow{display:none}
@media screen and (max-width:44rem){.wide{display:none}.narrow{display:block}.many table{min-width:34rem}}
.legend{display:flex;flex-wrap:wrap;gap:.25rem 1.25rem;list-style:none;margin:.5rem 0 0;padding:0;font-size:.875rem}
.legend li{display:flex;align-items:center;gap:.4rem}.legend svg{flex:none}
.table{overflow-x:auto}
table{border-collapse:collapse;font-size:.9rem;width:100%}
caption{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}.table{position:relative}
th,td{border-bottom:1px solid var(--line);padding:.3rem .75rem .3rem 0;text-align:left;vertical-align:top;font-weight:400}
thead th{font-weight:600;border-bottom-color:var(--muted)}
.number{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap;padding-right:1.25rem}
.sign{display:inline-block;width:1.2em;font-weight:700}
.good th,.bad th,.neutral th{padding-left:1.5em;text-indent:-1.5em}.good td:nth-child(2),.bad td:nth-child(2),.neutral td:nth-child(2){white-space:nowrap}.sign{text-indent:0}
code{font-size:.95em;white-space:nowrap}
.good .sign{color:var(--good)}.bad .sign{color:var(--bad)}.bad th{font-weight:600}
dl{display:grid;grid-template-columns:repeat(auto-fill,minmax(18rem,1fr));gap:.6rem 2rem;margin:0}
dl div{border-top:1px solid var(--line);padding-top:.35rem}dt{color:var(--muted);font-size:.875rem}dd{margin:0;overflow-wrap:anywhere}
.alerts{border-left:4px solid var(--bad);background:var(--ground);padding:.1rem 1rem .6rem;margin-top:1.5rem}.alerts h2{margin-top:.75rem}
ul{padding-left:1.25rem;margin:.25rem 0}
pre{overflow-x:auto;background:var(--ground);padding:.75rem 1rem;font-size:.8125rem;line-height:1.4}
details{margin:1rem 0}summary{cursor:pointer}
footer{margin-top:3rem;color:var(--muted);font-size:.875rem}
@media print{details::details-content{content-visibility:visible}summary{list-style:none}body{max-width:none;padding:0;font-size:10pt}section,figure,tr{break-inside:avoid}.table{overflow:visible}pre{white-space:pre-wrap}}`;
