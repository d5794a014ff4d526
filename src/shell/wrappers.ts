/** A command that runs another command, which follows its own options. */
interface Wrapper {
  /** Options whose value is the next word. */
  readonly valued?: RegExp;
  /** Its own arguments before the command. */
  readonly own?: number;
  /** With one of these it runs nothing. */
  readonly runsNothing?: RegExp;
  /** `NAME=value` may come first. */
  readonly assigns?: true;
}

const WRAPPERS: Readonly<Record<string, Wrapper>> = {
  builtin: {},
  command: { runsNothing: /^-[pvV]*[vV]/ },
  env: { valued: /^(?:-[uC]|--(?:unset|chdir))$/, assigns: true },
  exec: { valued: /^-[cl]*a$/ },
  ionice: { valued: /^(?:-[cn]|--(?:class|classdata))$/, runsNothing: /^(?:-[pPu]|--p?g?id)/ },
  nice: { valued: /^(?:-n|--adjustment)$/ },
  nohup: {},
  numactl: {
    valued: /^(?:-[NCmipPI]|--(?:cpunodebind|physcpubind|membind|interleave|preferred|weighted-interleave))$/,
    runsNothing: /^(?:-[Hs]|--(?:hardware|show))$/,
  },
  perf: { own: 1, valued: /^-[eoFc]$/ },
  setsid: {},
  stdbuf: { valued: /^(?:-[ioe]|--(?:input|output|error))$/ },
  strace: { valued: /^-[eoPpsaSuE]$/ },
  taskset: { own: 1, runsNothing: /^-[ac]*p/ },
  time: { valued: /^(?:-[of]|--(?:output|format))$/ },
  timeout: { own: 1, valued: /^(?:-[ks]|--(?:kill-after|signal))$/ },
  valgrind: {},
  xargs: { valued: /^(?:-[aEdInLPs]|--(?:arg-file|delimiter|max-args|max-procs|max-lines|replace))$/ },
};

/**
 * The index of the word with which the command that this one runs begins, among the words after its name; undefined
 * if it runs none, or if that depends on a word that is not known.
 */
export function innerCommand(name: string, words: readonly (string | undefined)[]): number | undefined {
  if (name === 'find') {
    const at = words.findIndex((word) => /^-(?:exec|execdir|ok|okdir)$/.test(word ?? ''));
    return at < 0 ? undefined : at + 1;
  }
  const wrapper = Object.hasOwn(WRAPPERS, name) ? WRAPPERS[name] : undefined;
  if (wrapper === undefined) return undefined;
  let own = wrapper.own ?? 0;
  for (let i = 0; i < words.length; i++) {
    const word = words[i];
    if (word === undefined) {
      if (own === 0) return i;
      own -= 1;
    } else if (word === '--') {
      return i + 1 + own < words.length ? i + 1 + own : undefined;
    } else if (word.startsWith('-') && word !== '-') {
      if (wrapper.runsNothing?.test(word)) return undefined;
      if (wrapper.valued?.test(word)) i += 1;
    } else if (!(wrapper.assigns && /^[A-Za-z_]\w*=/.test(word))) {
      if (own === 0) return i;
      own -= 1;
    }
  }
  return undefined;
}

/** The index of the shell text among the arguments of `bash -c` and `eval`. */
export function innerText(name: string, words: readonly (string | undefined)[]): number | undefined {
  if (name === 'eval') return words.length === 1 ? 0 : undefined;
  if (name === 'trap') return words.length > 1 && !words[0]?.startsWith('-') ? 0 : undefined;
  if (!isShell(name)) return undefined;
  const at = words.findIndex((word) => word !== undefined && /^-[a-z]*c$/.test(word));
  const before = words.slice(0, Math.max(at, 0)).every((word) => word?.startsWith('-'));
  return at < 0 || !before || at + 1 >= words.length ? undefined : at + 1;
}

export const isShell = (name: string) => /^(?:ba|da|k|z)?sh$/.test(name);
