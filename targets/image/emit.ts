import { code, comment, lines, type ShellText } from '../../src/emit/shell-text.ts';
import type { Artifact } from '../../src/model/artifact.ts';
import type { Container, ImageRecipe } from '../../src/model/container.ts';
import { asWritten } from '../../src/model/path.ts';
import type { Plan } from '../../src/model/plan.ts';
import { runtimeOf } from '../runtimes/index.ts';
import { definitionOf, dmtcpDefinition } from './definition.ts';
import { dockerfileOf } from './dockerfile.ts';
import { ignoreFile } from './ignore.ts';
import { imageScript } from './script.ts';
import { localInputs } from './sources.ts';
import { stagesOf } from './stages.ts';
import { type Config, flattened } from './step.ts';

/**
 * The files that make the image of a plan; none without a recipe. Pure. Throws Inexpressible for a value that
 * a recipe cannot contain; the checker reports such values first.
 * @param source name of the `.crflow` file, without folders, for comments and a label
 * @param context path from the output folder to the flow's, where the image's sources are; `.` if they are the same
 */
export function imageArtifacts(plan: Plan, source: string, context: string): Artifact[] {
  const { workflow, container, image: recipe } = plan;
  if (container === undefined || recipe === undefined) return [];
  const { env = [], user, labels = [], platform, ...staged } = recipe;
  const dockerfile = `${workflow}.Dockerfile`;
  const definition = `${workflow}.def`;
  const dmtcpOnly = `${workflow}.dmtcp.def`;
  const script = `${workflow}.image.sh`;
  const ignore = `${dockerfile}.dockerignore`;
  const { filed, plainStages } = runtimeOf(container.runtime).builds;
  // Apptainer builds its files from a definition; an image that it gets by name is built like all others.
  const defined = container.image.kind === 'file' && filed?.definition === true;

  const stages = stagesOf(staged, container);
  const dockerStages = plainStages ? flattened(stages) : stages;
  const inputs = localInputs(recipe);
  const own = [
    'crflow-state',
    `${workflow}.sbatch`,
    `${workflow}.crc.json`,
    dockerfile,
    definition,
    dmtcpOnly,
    script,
    ignore,
  ];
  const head = [
    code`# The image of ${comment(workflow)}, compiled from ${comment(takenApart(source))} by crc. Change that file, not this one.`,
    code`#`,
    code`#   bash ${comment(script)}   builds it, and brings it to where ${comment(container.runtime)} finds it`,
  ];
  const text = (parts: readonly ShellText[]) => `${lines(parts).text}\n`;
  const config = { env, user: user ?? null, labels: labelsOf(plan, staged, labels, source) };
  return [
    // Only Apptainer can use a base image that is a file.
    ...(recipe.from.kind === 'file'
      ? []
      : [
          { name: dockerfile, text: text([...head, ...dockerfileOf(dockerStages, config)]) },
          { name: ignore, text: ignoreFile(inputs, [...own, ...imageNames(container)]) },
        ]),
    ...(defined
      ? [
          { name: definition, text: text([...head, ...definitionOf(stages, config)]) },
          { name: dmtcpOnly, text: text([...head, ...dmtcpDefinition(stages)]) },
        ]
      : []),
    {
      name: script,
      text: imageScript(container, {
        workflow,
        source,
        script,
        recipe: defined ? definition : dockerfile,
        context,
        inputs,
        own: [...own, ...imageNames(container)],
        image: { from: recipe.from, ...(user && { user }), ...(platform && { platform }) },
      }),
    },
  ];
}

/** Apptainer fills in text between two braces, even in comments. */
const takenApart = (text: string) => text.replaceAll('{{', '{ {');

/** No time and no machine: the same recipe gives the same image. */
function labelsOf(
  { workflow, container }: Plan,
  { from, dmtcp }: Pick<ImageRecipe, 'from' | 'dmtcp'>,
  labels: readonly string[],
  source: string,
): Config['labels'] {
  const tag = container?.image.kind === 'name' ? container.image.tag : 'latest';
  const own: [string, string][] = [
    ['org.opencontainers.image.title', workflow],
    ...(tag === 'latest' ? [] : ([['org.opencontainers.image.version', tag]] as [string, string][])),
    [
      'org.opencontainers.image.base.name',
      from.kind === 'file' ? asWritten(from.path) : `${from.registry}/${from.repository}:${from.tag}`,
    ],
    ...(from.kind === 'name' && from.digest !== null
      ? ([['org.opencontainers.image.base.digest', from.digest]] as [string, string][])
      : []),
    ['org.crflow.source', source],
    ['org.crflow.dmtcp', dmtcp.release],
  ];
  const given = labels.map((one): [string, string] => [
    one.slice(0, one.indexOf('=')),
    one.slice(one.indexOf('=') + 1),
  ]);
  return [...new Map([...own, ...given])];
}

/** An image file may be among the sources, and so may the note beside it. */
function imageNames({ image }: Container): string[] {
  const last = image.kind === 'file' ? image.path.at(-1) : undefined;
  const name = last?.kind === 'text' ? last.text.replace(/^.*\//, '') : '';
  return name === '' ? [] : [name, `${name}.new`, `new-${name}`, `${name}.recipe`];
}
