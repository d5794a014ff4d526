/** Something that a flow needs of this machine. `unknown`: it could not be told from here. */
export interface Check {
  readonly what: string;
  readonly verdict: 'fine' | 'wrong' | 'unknown';
  readonly says: string;
}
