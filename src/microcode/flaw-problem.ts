import type { Problem } from '../base/problem.ts';
import type { Flaw } from './update-record.ts';

/** What would have been right, and what stands there: per flaw, in a few words. */
const WORDS: Readonly<Record<Flaw, readonly [expected: string, got: string]>> = {
  'truncated-header': ['a header of 48 bytes', 'the end of the file'],
  'total-size-too-small': ['a total size of 48 or more', 'a smaller one'],
  'truncated-file': ['all bytes that the total size names', 'the end of the file'],
  'data-size-too-large': ['a total size that holds header and data', 'a data size that does not fit'],
  'unknown-header-version': ['header version 1 and loader version 1', 'others'],
  'truncated-signature-table': ['an extended signature table of 20 bytes and 12 for each entry', 'another size'],
  'signature-table-size-mismatch': ['as many extended signatures as their table has room for', 'another count'],
  'bad-table-checksum': ['an extended signature table whose words add up to 0', 'another sum'],
  'bad-data-checksum': ['header and data whose words add up to 0', 'another sum'],
  'bad-signature-checksum': ['extended signatures whose checksums agree with the header', 'one that does not'],
  'truncated-container': ['a container header of 12 bytes and something behind it', 'the end of the file'],
  'bad-magic': ['the container magic 0x00414d44', 'another word'],
  'bad-table-type': ['an equivalence table (section type 0)', 'another section type'],
  'truncated-table': ['an equivalence table of 16 bytes or more inside the file', 'one that does not fit'],
  'no-patch': ['a patch behind the equivalence table', 'the end of the file'],
  'truncated-section': ['a section header of 8 bytes', 'the end of the file'],
  'bad-section-type': ['a patch (section type 1)', 'another section type'],
  'patch-too-short': ['a patch of 64 bytes or more', 'a shorter one'],
  'patch-too-long': ['a patch no longer than its family allows', 'a longer one'],
  'truncated-patch': ['all bytes that the section names', 'the end of the file'],
  'chipset-specific-code': ['a patch for CPUs alone', 'a north or south bridge id, which Linux does not support'],
};

/**
 * Turns a flaw into a problem.
 * @param flaw what is wrong
 * @param offset byte offset in the file
 * @returns a problem that names the offset in hexadecimal
 */
export function flawProblem(flaw: Flaw, offset: number): Problem {
  const [expected, got] = WORDS[flaw];
  return offsetProblem(flaw, offset, expected, got);
}

/** @returns a problem at a byte offset. */
export function offsetProblem(code: string, offset: number, expected: string, got: string): Problem {
  return { code, path: `offset 0x${offset.toString(16)}`, expected, got };
}
