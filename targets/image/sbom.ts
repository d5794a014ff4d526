import { code, lineWord, type ShellText } from '../../src/emit/shell-text.ts';
import type { ImageRecipe, ImageSource } from '../../src/model/container.ts';
import type { PackageManager } from './distributions.ts';

/**
 * Commands that write the contents of an image to a file, as CycloneDX 1.5: the packages of its distribution, DMTCP, and the
 * fetched sources. Without a time or a serial number, so that the same packages give the same file.
 */
export function sbom(
  { distribution, sources, dmtcp }: Pick<ImageRecipe, 'distribution' | 'sources' | 'dmtcp'>,
  manager: PackageManager,
  file: string,
): ShellText[] {
  const own = [
    {
      type: 'application',
      name: 'dmtcp',
      version: dmtcp.release,
      purl: `pkg:github/dmtcp/dmtcp@${dmtcp.release}`,
      ...(dmtcp.archive === null ? {} : hashed(dmtcp.archive.sha256)),
    },
    ...sources.flatMap(component),
  ];
  const format = `{"type":"library","name":"%N","version":"%V","purl":"pkg:%T/${distribution}/%N@%V?arch=%A"},\\n`;
  const packages = lineWord(`${file}.packages`);
  // No pipe, because a recipe's shell reports only how its last part ended: a list without packages would go unnoticed.
  return [
    code`echo ${lineWord('{"bomFormat":"CycloneDX","specVersion":"1.5","version":1,"components":[')} >${lineWord(file)}`,
    code`${manager.list(format)} >${packages}`,
    code`LC_ALL=C sort ${packages} >>${lineWord(file)}`,
    code`rm ${packages}`,
    code`printf '%s\\n' ${lineWord(`${own.map((one) => JSON.stringify(one)).join(',')}]}`)} >>${lineWord(file)}`,
  ];
}

const hashed = (content: string) => ({ hashes: [{ alg: 'SHA-256', content }] });

function component(source: ImageSource) {
  if (source.kind === 'copy') return [];
  const name = source.from.replace(/\/+$/, '').replace(/^.*\//, '');
  const externalReferences = [{ type: source.kind === 'git' ? 'vcs' : 'distribution', url: source.from }];
  return [
    source.kind === 'git'
      ? { type: 'library', name, version: source.commit, externalReferences }
      : { type: 'library', name, ...hashed(source.sha256), externalReferences },
  ];
}
