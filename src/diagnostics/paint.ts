/** The colours of a rendered finding; each function returns its text unchanged where colour is off. */
export interface Painter {
  readonly error: (text: string) => string;
  readonly warning: (text: string) => string;
  readonly frame: (text: string) => string;
  readonly bold: (text: string) => string;
}

/** ANSI: bold red, bold yellow, blue, bold. */
export function painter(color: boolean): Painter {
  const with_ = (codes: string) => (text: string) => (color ? `\u001B[${codes}m${text}\u001B[0m` : text);
  return { error: with_('1;31'), warning: with_('1;33'), frame: with_('34'), bold: with_('1') };
}
