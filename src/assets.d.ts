/** Templates, compiled by tools/assets.mjs when crc is built or tested. */
declare module '*.hbs' {
  const specification: TemplateSpecification;
  export default specification;
}
/** The path of a JSON schema, as the function that validates by it (ajv's). */
declare module '*.schema' {
  import type { ErrorObject } from 'ajv';

  const validate: { (data: unknown): boolean; errors?: ErrorObject[] | null };
  export default validate;
}
/** Shell files, as they are. */
declare module '*.sh' {
  const text: string;
  export default text;
}
