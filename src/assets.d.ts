/** Templates, compiled by tools/assets.mjs when crc is built or tested. */
declare module '*.hbs' {
  const specification: TemplateSpecification;
  export default specification;
}
/** Shell files, as they are. */
declare module '*.sh' {
  const text: string;
  export default text;
}
