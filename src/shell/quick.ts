/** Commands that finish at once, and do no work. */
const SMALL =
  /^(?::|\.?\[\[?|alias|basename|cd|date|declare|dirname|disown|echo|exit|export|false|hostname|jobs|let|local|logger|ls|mkdir|popd|printf|pushd|pwd|readlink|readonly|realpath|return|rm|set|shift|shopt|sleep|stat|sync|test|touch|trap|true|type|ulimit|umask|unalias|uname|unset|which)$/;

/** Tools that inspect files or move them. */
const TOOLS =
  /^(?:awk|cat|chmod|cmp|cp|cut|df|diff|du|find|git|grep|head|ln|mv|rsync|sed|sort|tail|tar|tr|wc)$/;

/** Does it do nothing that a person would call work? */
export const isSmall = (name: string) => SMALL.test(name);

/** Does it usually finish in a moment? */
export const isQuick = (name: string) => SMALL.test(name) || TOOLS.test(name);
