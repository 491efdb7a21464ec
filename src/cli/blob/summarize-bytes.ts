import { inFile, type Problem } from '../../base/problem.ts';
import { detectFormat } from '../../microcode/detect-format.ts';
import { type FileSummary, summarizeFile } from '../../microcode/summarize-file.ts';
import { decompress, isCompressed } from './decompress.ts';
import { loadSha256 } from './digest.ts';

/** Whose updates get a digest. AMD patches carry no checksum, so that only a digest tells two apart; and they are small. */
export type Digests = 'all' | 'amd';

/**
 * Decompresses a microcode file where it has to be, and reads it.
 * @param file its name, for problems and where the bytes alone do not tell what it is
 * @param bytes as they stand in the file
 * @param digests whose updates get one
 * @param as the name under which the content is judged, where it is not the file's
 * @returns the summary with the problems in the content; null where it could not be decompressed
 */
export async function summarizeBytes(
  file: string,
  bytes: Uint8Array,
  digests: Digests,
  as: string = file,
): Promise<{ value: FileSummary | null; problems: Problem[] }> {
  const format = detectFormat(bytes, as);
  const content = isCompressed(format) ? await decompress(bytes, format) : { value: bytes, problems: [] };
  if (content.value === null) return { value: null, problems: inFile(file, content.problems) };
  const intel = format === 'intel' || format === 'intel-scan' || format === 'dat';
  const summary = summarizeFile(content.value, digests === 'amd' && intel ? null : await loadSha256(), as, digests);
  return { value: summary, problems: inFile(file, summary.problems) };
}
