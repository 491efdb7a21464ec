/** One option of a kernel command line: its name with `-` written as `_` (the kernel does not tell them apart), and its value. */
export interface Option {
  readonly name: string;
  /** The name as it was written. */
  readonly raw: string;
  readonly value: string | null;
}

/**
 * Splits a command line as the kernel does: at white space outside double quotes; `--` ends the kernel's part.
 * @param line the command line, as `/proc/cmdline` shows it
 * @returns the options in order; a repeated option stands as often as it was given (kernel/params.c parse_args(), lib/cmdline.c next_arg())
 */
export function parseCommandLine(line: string): Option[] {
  const options: Option[] = [];
  for (const word of line.match(/(?:[^\s"]|"[^"]*"?)+/g) ?? []) {
    if (word === '--') break;
    const text = word.startsWith('"') ? word.replace(/^"|"$/g, '') : word;
    const at = text.indexOf('=');
    const raw = at < 0 ? text : text.slice(0, at);
    const name = raw.replaceAll('-', '_');
    const value = at < 0 ? null : text.slice(at + 1).replace(/^"|"$/g, '');
    options.push({ name, raw, value });
  }
  return options;
}
