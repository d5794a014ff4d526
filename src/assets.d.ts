/** Templates, compiled by tools/assets.mjs when crc is built or tested. */
declare module '*.hbs' {
  import type { CompiledTemplate } from './emit/template.ts';

  const compiled: CompiledTemplate;
  export default compiled;
}
/** The path of a JSON schema, imported as ajv's validation function for it. */
declare module '*.schema' {
  import type { ErrorObject } from 'ajv';

  const validate: { (data: unknown): boolean; errors?: ErrorObject[] | null };
  export default validate;
}
/** Shell files, as text. */
declare module '*.sh' {
  const text: string;
  export default text;
}
