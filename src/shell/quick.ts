/** Commands that are over at once, and start no work. */
const SMALL =
  /^(?::|\.?\[\[?|alias|basename|cd|date|declare|dirname|disown|echo|exit|export|false|hostname|jobs|let|local|logger|ls|mkdir|popd|printf|pushd|pwd|readlink|readonly|realpath|return|rm|set|shift|shopt|sleep|stat|sync|test|touch|trap|true|type|ulimit|umask|unalias|uname|unset|which)$/;

/** Tools that look at files, or move them about. */
const TOOLS =
  /^(?:awk|cat|chmod|cmp|cp|cut|df|diff|du|find|git|grep|head|ln|mv|rsync|sed|sort|tail|tar|tr|wc)$/;

/** Does nothing that a person would call the work. */
export const isSmall = (name: string) => SMALL.test(name);

/** Is mostly over in a moment. */
export const isQuick = (name: string) => SMALL.test(name) || TOOLS.test(name);
