import { blobTable, type Style, wrapSentence } from './blob-columns.ts';
import { count, leftOutLine } from './blob-list.ts';
import { listed } from './words/word-of.ts';

/** What each kernel line's late loader answers to a file, by line: the errno of the write, or null where it does not fail. */
export type LoaderAnswers = Readonly<Record<string, string | null>>;

export interface VerifiedFile {
  readonly file: string;
  readonly format: string;
  readonly updates: number;
  readonly integrity: string;
  /** First flaw and where it stands, or null. */
  readonly flaw: { readonly code: string; readonly offset: number } | null;
  /** Null where the file is not what a late loader opens (an archive, a text, no microcode). */
  readonly lateLoaders: LoaderAnswers | null;
  /** Lines whose write succeeds though their loader reads nothing out of the file. */
  readonly silentlyRefusedBy: readonly string[];
}

function answers({ lateLoaders, silentlyRefusedBy: silent }: VerifiedFile): string {
  if (lateLoaders === null) return 'not a file that they open';
  const all = Object.entries(lateLoaders);
  const refusing = all.filter(([, errno]) => errno !== null);
  const reading = all.filter(([line, errno]) => errno === null && !silent.includes(line)).map(([line]) => line);
  if (reading.length === all.length) return 'all read it';
  const verb = (lines: readonly string[], one: string, many: string): string[] =>
    lines.length === 0 ? [] : [`${listed(lines)} ${lines.length === 1 ? one : many}`];
  const errno = `it (${refusing[0]?.[1]})`;
  return [
    ...verb(
      refusing.map(([line]) => line),
      `refuses ${errno}`,
      `refuse ${errno}`,
    ),
    ...verb(silent, 'refuses it but reports success', 'refuse it but report success'),
    ...verb(reading, 'reads it', 'read it'),
  ].join(', ');
}

/**
 * The table of `blob verify`.
 * @param files verdicts in the order given
 * @param width columns of the terminal, or null
 * @param style colours
 */
export function blobVerifyTable(files: readonly VerifiedFile[], width: number | null, style: Style): string {
  const bad = files.filter(({ integrity }) => integrity !== 'valid').length;
  const { text, leftOut } = blobTable(
    files,
    [
      { title: 'FILE', text: ({ file }) => file },
      { title: 'FORMAT', text: ({ format }) => format, spare: 1 },
      { title: 'UPDATES', text: ({ updates }) => `${updates}`, right: true },
      { title: 'INTEGRITY', text: ({ integrity }) => integrity, paint: ({ integrity }) => (integrity === 'valid' ? style.good : style.bad) },
      { title: 'FIRST FLAW', text: ({ flaw }) => (flaw === null ? '' : `${flaw.code} at 0x${flaw.offset.toString(16)}`) },
      { title: 'LATE LOADERS', least: 20, text: answers },
    ],
    width,
    style,
  );
  const sentence = [`${count(files.length, 'file')}, ${bad === 0 ? 'all valid' : `${bad} not valid`}.`, ...leftOutLine(leftOut)].join(' ');
  return `${text}\n${wrapSentence(sentence, width)}\n`;
}
