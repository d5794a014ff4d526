// The shape of crflow, as rules. Data flows one way:
//   src/language <- src/model <- src/time <- src/syntax, src/diagnostics, src/shell <- src/check <- src/plan, src/forecast, src/report <- targets <- src/cli
// Only src/host touches the world; only src/cli may use it.
const core =
  '^(src/(language|model|time|syntax|diagnostics|shell|check|plan|forecast|page|report|json|site|programs|emit|format|rehearse)|targets)/';

/** "from" may import nothing of ours but what "may" names. */
const only = (from, ...may) => ({
  name: `${from.replaceAll('/', '-')}-imports-only`,
  comment: `${from} may import only: ${[from, ...may].join(', ')}`,
  severity: 'error',
  from: { path: `^${from}/` },
  to: {
    path: '^(src|targets)/',
    pathNot: [from, ...may].map((one) => (one.endsWith('.ts') ? `^${one}$` : `^${one}/`)),
  },
});

module.exports = {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'core-is-pure',
      comment:
        'The core is text in, diagnostics and artifacts out. Files, processes and clocks live in src/host.',
      severity: 'error',
      from: { path: core },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'core-names-no-target',
      comment: 'Whoever enters the core hands the targets in (src/model/targets.ts): entry, and tests.',
      severity: 'error',
      from: { path: '^src/' },
      to: { path: '^targets/' },
    },
    { name: 'no-orphans', severity: 'error', from: { orphan: true, pathNot: '\\.d\\.ts$' }, to: {} },
    only('src/language'),
    only('src/model', 'src/language'),
    only('src/time', 'src/model'),
    only('src/syntax', 'src/language', 'src/model', 'src/diagnostics'),
    only('src/diagnostics', 'src/model', 'src/time'),
    only('src/format', 'src/model', 'src/diagnostics', 'src/syntax'),
    only('src/shell', 'src/language', 'src/model'),
    // What an output can carry is said once, for the emitters and for the checker.
    only(
      'src/check',
      'src/language',
      'src/model',
      'src/time',
      'src/diagnostics',
      'src/site',
      'src/programs',
      'src/shell',
      'src/emit/forms.ts',
    ),
    only('src/plan', 'src/language', 'src/model', 'src/time', 'src/site', 'src/shell'),
    only('src/json', 'src/model', 'src/diagnostics'),
    only('src/site', 'src/model', 'src/time', 'src/diagnostics', 'src/json'),
    only('src/programs', 'src/model', 'src/diagnostics', 'src/json'),
    only('src/page', 'src/model', 'src/time', 'src/diagnostics'),
    only('src/forecast', 'src/language', 'src/model', 'src/time', 'src/diagnostics', 'src/site', 'src/page'),
    only('src/report', 'src/language', 'src/model', 'src/time', 'src/diagnostics', 'src/page'),
    only('src/emit', 'src/model'),
    only('targets/runtimes', 'src/model', 'src/emit'),
    only('targets/image', 'src/model', 'src/emit', 'targets/runtimes'),
    only('targets/engines', 'src/language'),
    only('targets/schedulers', 'src/model', 'src/emit', 'targets/runtimes'),
    only(
      'targets/job',
      'src/language',
      'src/model',
      'src/time',
      'src/emit',
      'src/diagnostics',
      'targets/runtimes',
      'targets/engines',
      'targets/schedulers',
    ),
    // A model of Slurm, without its processes: src/host/scheduler gives it those.
    only('src/rehearse/scheduler', 'src/model', 'src/language'),
    only('src/rehearse', 'src/language', 'src/model', 'src/time', 'src/diagnostics'),
    only('src/host', 'src/model', 'src/rehearse/scheduler'),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: { extensions: ['.ts', '.js'] },
  },
};
