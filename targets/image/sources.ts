import { isUrl } from '../../src/emit/forms.ts';
import { code, Inexpressible, lineWord, type ShellText } from '../../src/emit/shell-text.ts';
import type { ImageRecipe, ImageSource } from '../../src/model/container.ts';
import { run, type Step, scratch } from './step.ts';

/** Fetches a commit into the folder `to`. Some servers do not give single commits: then everything is fetched. */
export function checkout(from: string, commit: string, to: ShellText, whole?: 'or all of it'): ShellText[] {
  const one = code`git fetch -q --depth 1 -- ${lineWord(from)} ${lineWord(commit)}`;
  return [
    code`mkdir -p ${to}`,
    code`cd ${to}`,
    code`git init -q .`,
    whole
      ? code`{ ${one} || git fetch -q -- ${lineWord(from)} ${lineWord('+refs/*:refs/remotes/origin/*')}; }`
      : one,
    code`git checkout -q ${lineWord(commit)}`,
    ...(whole ? [code`git submodule update -q --init --recursive`] : []),
  ];
}

export function unpacked(
  { from, sha256, to }: Extract<ImageSource, { kind: 'archive' }>,
  name: string,
): Step[] {
  const file = `${scratch}/${name}.tar`;
  const folder = lineWord(to);
  const sums = lineWord(`${file}.sha256`);
  const fetched = isUrl(from);
  return [
    ...(fetched ? [] : [{ kind: 'copy', why: '', from: inContext(from), to: file } as const]),
    run('', [
      ...(fetched
        ? [
            code`mkdir -p ${lineWord(scratch)}`,
            code`curl -fsSL --globoff --retry 3 -o ${lineWord(file)} --url ${lineWord(from)}`,
          ]
        : []),
      code`echo ${lineWord(`${sha256}  ${file}`)} >${sums}`,
      code`sha256sum -c ${sums}`,
      code`mkdir -p ${folder}`,
      code`tar -xf ${lineWord(file)} --no-same-owner -C ${folder}`,
      code`rm ${lineWord(file)} ${sums}`,
    ]),
  ];
}

/** What a recipe takes from the folder of the flow. */
export function localInputs({
  sources,
  dmtcp: { archive },
}: Pick<ImageRecipe, 'sources' | 'dmtcp'>): string[] {
  const local = sources.filter(({ kind, from }) => kind === 'copy' || (kind === 'archive' && !isUrl(from)));
  return [
    ...new Set([...local.map(({ from }) => inContext(from)), ...(archive ? [inContext(archive.path)] : [])]),
  ];
}

/** A path in the folder of the flow, without `./`. */
export function inContext(path: string): string {
  const parts = path.split('/').filter((part) => part !== '' && part !== '.');
  if (path.startsWith('/') || parts.includes('..'))
    throw new Inexpressible(
      path,
      'it is not below the folder of the flow, and builders can see nothing else',
    );
  return parts.join('/') || '.';
}
