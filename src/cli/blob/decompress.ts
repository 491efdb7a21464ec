import type { Problem, Result } from '../../base/problem.ts';
import type { MicrocodeFormat } from '../../microcode/detect-format.ts';
import { BLOB_BYTES } from '../read-input.ts';

/** Programs for what Node 20 cannot decompress itself. They read standard input and write standard output. */
const PROGRAMS: Partial<Readonly<Record<MicrocodeFormat, readonly [program: string, ...words: string[]]>>> = {
  xz: ['xz', '-dc'],
  lzma: ['xz', '-dc', '--format=lzma'],
  zstd: ['zstd', '-dcq'],
  bzip2: ['bzip2', '-dc'],
  lz4: ['lz4', '-dc'],
};

/** @returns whether there is a way to decompress the format. */
export function isCompressed(format: MicrocodeFormat): boolean {
  return format === 'gzip' || PROGRAMS[format] !== undefined;
}

/**
 * Decompresses a firmware file, never to more than a blob may have.
 * @param bytes the file
 * @param format of its compressor
 * @returns the content, or a problem that names the program that is missing or what it said
 */
export async function decompress(bytes: Uint8Array, format: MicrocodeFormat): Promise<Result<Uint8Array>> {
  if (format === 'gzip') return gunzip(bytes);
  const [program = '', ...words] = PROGRAMS[format] ?? [];
  const { spawnSync } = await import('node:child_process');
  const ran = spawnSync(program, words, { input: bytes, maxBuffer: BLOB_BYTES, stdio: ['pipe', 'pipe', 'ignore'] });
  const { code } = (ran.error ?? {}) as NodeJS.ErrnoException;
  if (code === 'ENOENT') return failed('no-decompressor', `the program ${program} to decompress it`, 'none on the PATH');
  if (code === 'ENOBUFS') return failed('too-large', `at most ${BLOB_BYTES / 1024 / 1024} MiB when decompressed`, 'more');
  // A program that stops reading early (EPIPE) has found damage, as its exit status says.
  if (ran.status !== 0) return failed('bad-compression', `a ${format} file`, `one that ${program} cannot read`);
  return { value: ran.stdout, problems: [] };
}

async function gunzip(bytes: Uint8Array): Promise<Result<Uint8Array>> {
  const { gunzipSync } = await import('node:zlib');
  try {
    return { value: gunzipSync(bytes, { maxOutputLength: BLOB_BYTES }), problems: [] };
  } catch (error) {
    const tooLarge = (error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE';
    return tooLarge
      ? failed('too-large', `at most ${BLOB_BYTES / 1024 / 1024} MiB when decompressed`, 'more')
      : failed('bad-compression', 'a gzip file', 'one that cannot be read: it is damaged or has other bytes behind it');
  }
}

function failed(code: string, expected: string, got: string): { value: null; problems: Problem[] } {
  return { value: null, problems: [{ code, path: '', expected, got }] };
}
