import { isIn } from '../../check/container-values.ts';
import { pathWord, word, words } from '../../emit/shell-text.ts';
import type { Answer } from '../../host/ask.ts';
import type { Container, Runtime } from '../../model/container.ts';
import { type HostPath, variablesOf } from '../../model/path.ts';
import type { Plan } from '../../model/plan.ts';
import type { Targets } from '../../model/targets.ts';
import { askBash } from './machine.ts';
import { namedPrograms, programsOnPath } from './named.ts';

/** What was found out about a container: its image is there, a command runs in it, and it has DMTCP. */
export interface ContainerChecks {
  /** The image's identity, according to the runtime's bash. */
  readonly image: Answer;
  /** DMTCP's version in the image; absent if the image was not available. */
  readonly dmtcp?: Answer;
  /** What the inner half of a job needs and the image lacks; absent if nothing ran. */
  readonly lacks?: readonly string[];
  /** Problems of the image's programs that `run` names by their full paths; absent if nothing ran. */
  readonly programs?: readonly { readonly path: string; readonly why: string }[];
}

/** What the inner half runs (targets/job/runtime), beside DMTCP. */
const TOOLS =
  'bash awk cat chmod cksum cp cut date df find getconf grep mkdir mv od readlink rm sed sleep sort stat sync timeout truncate uname wc xargs';

/**
 * Tries the container of a plan on this machine, with the same bash as its job. `limit`: seconds for each of two
 * steps. Nothing is written except what the runtime itself keeps.
 */
export async function tryContainer(
  plan: Plan,
  container: Container,
  limit: number,
  { runtimeOf }: Targets,
): Promise<ContainerChecks> {
  // What `run` names is then on the host.
  const onHost = container.ranks === true;
  const askJob = (script: string) =>
    askBash(plan.load, `${prelude(plan, container, runtimeOf(container.runtime))}${script}`, limit);
  const image = await askJob(`find_image && printf '%s' "$image_id"`);
  if ('why' in image) return { image };
  const script = `PATH=${word(container.dmtcp).text}/bin:$PATH
for tool in ${container.ranks ? 'bash rm' : TOOLS}; do command -v "$tool" >/dev/null || echo "lacks $tool"; done
for program in ${words(onHost ? [] : programsOnPath(plan.run.text)).text}; do
  command -v "$program" >/dev/null || echo "unfound $program"
done
for program in ${words(onHost ? [] : programsOf(plan, container)).text}; do
  if [ -x "$program" ]; then ldd "$program" 2>/dev/null | sed -n "s|^[[:space:]]*\\([^ ]*\\) => not found.*|needs $program \\1|p"; else echo "absent $program"; fi
done
${word(container.dmtcp).text}/bin/dmtcp_launch --version 2>&1 || echo "failed $?"`;
  const inside = await askJob(`find_image >/dev/null && enter sh -c ${word(script).text} </dev/null`);
  if ('why' in inside) return { image, dmtcp: inside };
  const lines = inside.text.split('\n');
  const lacks = lines.flatMap((line) => /^lacks (.*)/.exec(line)?.[1] ?? []);
  const programs = lines.flatMap((line) => {
    const [, verdict, path = '', library = ''] = /^(absent|unfound|needs) (\S+) ?(\S*)/.exec(line) ?? [];
    if (verdict === undefined) return [];
    const what = { absent: 'it does not exist', unfound: 'it is not on the PATH', needs: '' }[verdict];
    return [{ path, why: what || `it needs ${library}, which does not exist` }];
  });
  const version = /\(DMTCP\) (\S+)/.exec(inside.text)?.[1];
  const dmtcp =
    version === undefined
      ? { why: `there is no dmtcp_launch in ${container.dmtcp}/bin, or it does not start` }
      : { text: version };
  return { image, dmtcp, lacks, programs };
}

/** Where the runtime finds the plan's image, as its command takes it; or why it does not find it. `limit`: seconds. */
export const placeOfImage = (
  plan: Plan,
  container: Container,
  limit: number,
  { runtimeOf }: Targets,
  cwd: string,
): Promise<Answer> =>
  askBash(
    [],
    `${prelude(plan, container, runtimeOf(container.runtime))}find_image >&2 && printf '%s' "$image"`,
    limit,
    cwd,
  );

/** The programs that `run` names by their full paths and that belong to the image: they are in no mount and no work folder. */
function programsOf({ run, workdir }: Plan, { mounts }: Container): readonly string[] {
  const first = workdir?.[0];
  const places = [...mounts.map(({ to }) => to), ...(first?.kind === 'text' ? [first.text] : [])];
  return namedPrograms(run.text).filter(
    (path) => /^\/[\w./+-]+$/.test(path) && !places.some((place) => isIn(path, place)),
  );
}

/** Says which of a path's variables are not set; bash would name its own line. Modules may have set them. */
const needed = (path: HostPath, whose: string) =>
  variablesOf(path)
    .map(
      (name) =>
        `[[ -n \${${name}-} ]] || leave 70 ${word(`$${name}, which ${whose} uses, is not set here`).text}\n`,
    )
    .join('');

/** The runtime's functions, and the parts of a job that they need. */
function prelude(
  { workflow, checkpoint }: Plan,
  { runtime, image, modules, options }: Container,
  { bash, spell, moduleOptions }: Runtime,
): string {
  const asked = words([...(moduleOptions?.(modules) ?? []), ...options]).text;
  const state = checkpoint.state ?? [{ kind: 'text', text: 'crflow-state' } as const];
  // As in a job, because a site's module command may use unset variables.
  return `set -u
leave() { printf '%s\\n' "$2" >&2; exit 1; }
leave_node() { leave "$@"; }
say() { printf '%s\\n' "$1" >&2; }
need_tools() { for tool; do command -v "$tool" >/dev/null || leave 70 "$tool is not on PATH"; done; }
on_host() { return 1; }
own_place() { REPLY=$1; }
${needed(state, "the state's path")}runtime=${word(runtime).text} runtime_options=(${asked}) mounts=() binds=() home=$PWD run_id=doctor
name=${word(workflow).text} attempt=0 starts=$$ mark=crflow-doctor-$$ state_root=${pathWord(state).text}
${image.kind === 'file' ? needed(image.path, "the image's path") : ''}image=${image.kind === 'file' ? pathWord(image.path).text : word(spell(image)).text}
end_time=0
${bash}
identity() { printf 'file %s' "$1"; }
fetch_image() { leave 70 "it has not been fetched yet; the first attempt will do so. To do it now: apptainer pull $1 $image"; }
`;
}
