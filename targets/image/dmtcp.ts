import { code, Inexpressible, lineWord } from '../../src/emit/shell-text.ts';
import { type Container, DMTCP_RELEASES, type ImageRecipe } from '../../src/model/container.ts';
import { nothingLeft } from '../../src/model/nothing-left.ts';
import { printed } from './printed.ts';
import proof from './proof.sh';
import { checkout, unpacked } from './sources.ts';
import { run, type Step, scratch } from './step.ts';

/** The public repository of the releases below. */
export const dmtcpRepository = 'https://github.com/dmtcp/dmtcp.git';

/** Where in the image DMTCP is, the program that proves that it works there, and the checksum and list of the image's contents. */
export function places({ dmtcp }: Container): {
  prefix: string;
  proof: string;
  contents: string;
  sbom: string;
} {
  const prefix = dmtcp.replace(/\/+$/, '');
  const own = `${prefix}/share/crflow`;
  return {
    prefix: prefix || '/',
    proof: `${own}/proof.sh`,
    contents: `${own}/contents`,
    sbom: `${own}/sbom.json`,
  };
}

/** The steps that turn DMTCP's source into its part of the image, below `/dmtcp`. */
export function dmtcpSteps(
  { release, archive, ...rest }: ImageRecipe['dmtcp'],
  container: Container,
): Step[] {
  nothingLeft(rest);
  const source = lineWord(`${scratch}/dmtcp`);
  const { prefix, proof: script } = places(container);
  const commit = DMTCP_RELEASES[release];
  if (archive === null && commit === undefined)
    throw new Inexpressible(release, 'crflow cannot fetch this release of DMTCP');
  const fetched = archive
    ? unpacked(
        { kind: 'archive', from: archive.path, sha256: archive.sha256, to: `${scratch}/dmtcp` },
        'dmtcp',
      )
    : [
        run(
          'By its commit, with which git verifies what it fetches.',
          checkout(dmtcpRepository, commit ?? '', source),
        ),
      ];
  const wrong = lineWord(`crflow: the flow asks for DMTCP ${release}, but this is the source of`);
  return [
    ...fetched,
    run(
      'The coordinator, and the sockets of a restore, would listen on all interfaces without authentication. crflow uses only one ' +
        'node, so they listen on the loopback interface, which other hosts cannot reach.',
      [
        code`cd ${source}`,
        code`if [ ! -e configure ]; then cd ./*/; fi`,
        code`sed -i 's/= INADDR_ANY;/= htonl(INADDR_LOOPBACK);/' jalib/jsocket.cpp`,
        code`sed -i 's/= in6addr_any;/= in6addr_loopback;/' src/plugin/ipc/socket/connectionrewirer.cpp`,
        code`if ! grep -q 'htonl(INADDR_LOOPBACK)' jalib/jsocket.cpp; then echo ${lineWord('crflow: in this source of DMTCP, the address on which the coordinator listens is not where other releases have it')} >&2; exit 1; fi`,
      ],
    ),
    run('Installed into a separate folder, to be copied from there; without debugging symbols.', [
      code`cd ${source}`,
      // An archive may have a folder around it.
      code`if [ ! -e configure ]; then cd ./*/; fi`,
      code`if [ "$(cat VERSION)" != ${lineWord(release)} ]; then echo ${wrong} "$(cat VERSION)" >&2; exit 1; fi`,
      code`./configure --prefix=${lineWord(prefix)}`,
      code`make -j"$(nproc)"`,
      code`make install DESTDIR=/dmtcp`,
      // strip fails for files that are not binaries, which does no harm.
      code`{ find /dmtcp -type f ${lineWord('(')} -path '*/bin/*' -o -name '*.so' ${lineWord(')')} -exec strip --strip-debug {} + || :; }`,
    ]),
    run('To test whether DMTCP works in this image, on this machine or another.', [
      code`mkdir -p ${lineWord(`/dmtcp${script.replace(/\/[^/]*$/, '')}`)}`,
      printed(proof, lineWord(`/dmtcp${script}`)),
    ]),
  ];
}
