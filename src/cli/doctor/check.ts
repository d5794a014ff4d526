/** Something that a flow needs on this machine. `unknown`: it could not be determined from here. */
export interface Check {
  readonly what: string;
  readonly verdict: 'fine' | 'wrong' | 'unknown';
  readonly says: string;
}
