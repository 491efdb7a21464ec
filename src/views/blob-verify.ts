import { blobColumns, type Style } from './blob-columns.ts';
import { count } from './blob-list.ts';

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
}

function answers(loaders: LoaderAnswers | null): string {
  if (loaders === null) return 'not a file a late loader opens';
  const refused = Object.entries(loaders).flatMap(([line, errno]) => (errno === null ? [] : [`${line} refuses it (${errno})`]));
  return refused.length === 0 ? 'every line reads it' : refused.join(', ');
}

/**
 * The table of `blob verify`.
 * @param files verdicts in the order given
 * @param width columns of the terminal, or null
 * @param style colours
 */
export function blobVerifyTable(files: readonly VerifiedFile[], width: number | null, style: Style): string {
  const bad = files.filter(({ integrity }) => integrity !== 'valid').length;
  const table = blobColumns(
    files,
    [
      { title: 'FILE', text: ({ file }) => file },
      { title: 'FORMAT', text: ({ format }) => format },
      { title: 'UPDATES', text: ({ updates }) => `${updates}`, right: true },
      { title: 'INTEGRITY', text: ({ integrity }) => integrity, paint: ({ integrity }) => (integrity === 'valid' ? style.good : style.bad) },
      { title: 'FIRST FLAW', text: ({ flaw }) => (flaw === null ? '' : `${flaw.code} at 0x${flaw.offset.toString(16)}`) },
      { title: 'LATE LOADERS', least: 30, text: ({ lateLoaders }) => answers(lateLoaders) },
    ],
    width,
    style,
  );
  return `${table}\n${count(files.length, 'file')}, ${bad === 0 ? 'all valid' : `${bad} not valid`}.\n`;
}
