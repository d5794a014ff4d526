export type { Runtime } from '../../src/model/container.ts';

export const anywhere = () => undefined;
