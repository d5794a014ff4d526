import type { EngineName } from '../../src/language/words.ts';
import { dmtcp } from './dmtcp/index.ts';
import type { Engine } from './engine.ts';
import { mana } from './mana/index.ts';
import { none } from './none/index.ts';
import { own } from './own/index.ts';

const all: Readonly<Record<EngineName, Engine>> = { dmtcp, own, mana, none };

export const engineOf = (name: EngineName): Engine => all[name];
