import type { SiteProfile } from '../model/site.ts';
import { parseDuration } from '../time/duration.ts';
import { parseSize } from '../time/size.ts';

/** A profile in its written form, after validation by the schema. */
type Written = Readonly<Record<string, unknown>>;

/** Keys whose text is a time, a size or a rate; `unlimited` means the same as absent. */
const TIMES = ['maxTime', 'minTime', 'grace', 'exempt', 'purged', 'killWait', 'credExpire', 'overTimeLimit'];

/** The profile in seconds and bytes. `written` must fit specs/site.schema.json. */
export function profileOf(written: Written): SiteProfile {
  const list = (key: string) => ((written[key] ?? []) as Written[]).map(inUnits);
  const { state } = (written['defaults'] ?? {}) as { state?: string };
  return {
    name: written['name'],
    complete: written['complete'] ?? [],
    needs: written['needs'] ?? [],
    ...(state === undefined ? {} : { state }),
    partitions: list('partitions'),
    qos: list('qos'),
    nodes: list('nodes'),
    runtimes: list('runtimes'),
    fileSystems: list('fileSystems'),
    slurm: inUnits((written['slurm'] ?? {}) as Written),
  } as unknown as SiteProfile;
}

function inUnits(one: Written): Written {
  return Object.fromEntries(
    Object.entries(one).flatMap(([key, value]) => {
      const number = typeof value === 'string' ? inUnit(key, value) : value;
      return number === undefined ? [] : [[key, number]];
    }),
  );
}

function inUnit(key: string, text: string): string | number | undefined {
  if (TIMES.includes(key)) {
    const time = parseDuration(text);
    return time.ok ? time.seconds : undefined;
  }
  if (key === 'memory') {
    const size = parseSize(text);
    return size.ok ? size.bytes : undefined;
  }
  if (key !== 'bandwidth') return text;
  return Number.parseFloat(text) * (text.endsWith('GB/s') ? 1e9 : 1e6);
}
