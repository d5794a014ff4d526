import { validate } from 'dockerfile-utils';

/** The linter's comment on one place of a Dockerfile. Lines count from 1. */
export interface DockerfileComment {
  readonly line: number;
  readonly message: string;
  /** An error: builders refuse it. */
  readonly severity: 'error' | 'warning';
}

/** An error in the language server protocol; anything less is a matter of taste. */
const lspError = 1;

/** Has dockerfile-utils check a Dockerfile: the grammar of its instructions, not the shell in them. */
export function lintDockerfile(text: string): DockerfileComment[] {
  return validate(text).map(({ range, message, severity }) => ({
    line: range.start.line + 1,
    message: typeof message === 'string' ? message : message.value,
    severity: severity === lspError ? 'error' : 'warning',
  }));
}
