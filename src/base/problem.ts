/**
 * A problem is something wrong in what the user gave us. It is data, never an exception: parsers and validators
 * collect every problem of an input and return them together, and only `src/cli/` turns them into lines of text.
 */
export interface Problem {
  /** Stable, kebab-case name of the kind of problem, e.g. `register-too-wide`. */
  readonly code: string;
  /** File the problem is in, as the user named it; absent while the bytes have no name yet. */
  readonly file?: string;
  /** JSON path (`$.cpuid[3].eax`), or `line 12`, or `offset 0x30`: where in the file. */
  readonly path: string;
  /** What would have been right, in a few words. */
  readonly expected: string;
  /** What stands there instead, shortened and escaped by the view that prints it. */
  readonly got: string;
}

/** A value, or everything that is wrong with the input it should have come from. */
export type Result<T> = { readonly value: T; readonly problems: readonly Problem[] } | { readonly value: null; readonly problems: readonly Problem[] };

/**
 * Puts a file name on problems that were found before the bytes had one.
 * @param file the name as the user wrote it
 * @param problems problems without, or with an older, file name
 * @returns new problems; the given ones stay as they are
 */
export function inFile(file: string, problems: readonly Problem[]): Problem[] {
  return problems.map((problem) => ({ ...problem, file: problem.file ?? file }));
}
