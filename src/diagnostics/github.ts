import type { Diagnostic } from '../model/diagnostic.ts';
import { type Lines, positionAt } from './position.ts';

/**
 * A finding as a workflow command of GitHub Actions, which shows it at its line in a pull request. See
 * https://docs.github.com/actions/reference/workflow-commands-for-github-actions; columns are those of `lines`' text.
 */
export function annotation(one: Diagnostic, lines: Lines): string {
  const properties: [string, string | number][] = [];
  if (one.file !== undefined && one.file !== '-')
    properties.push(['file', one.file.replace(/^(?:\.\/)+/, '')]);
  if (one.at !== undefined) {
    const [from, to] = [positionAt(lines, one.at.span.start), positionAt(lines, one.at.span.end)];
    properties.push(['line', from.line], ['endLine', to.line]);
    // GitHub takes columns only within one line.
    if (from.line === to.line) properties.push(['col', from.column], ['endColumn', to.column]);
  }
  properties.push(['title', `${one.code}: ${one.title}`]);
  const text = [
    ...(one.at === undefined || one.at.text === '' ? [] : [one.at.text]),
    ...one.notes,
    ...one.help.map((help) => `help: ${help}`),
  ];
  const given = properties.map(([name, value]) => `${name}=${property(String(value))}`).join(',');
  return `::${one.severity} ${given}::${data(text.join('\n') || one.title)}`;
}

const data = (text: string) => text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');

const property = (text: string) => data(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
