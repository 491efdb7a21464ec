/** Why something cannot be read: nothing of that name, no permission, the hardware refuses (an MSR that faults), or another error. */
export type Failure = 'missing' | 'denied' | 'fault' | 'failed';

/** An open /dev/cpu/N/cpuid or /dev/cpu/N/msr. */
export interface Device {
  /**
   * @param position CPUID: the leaf, the subleaf in the high half; MSR: the index
   * @param length bytes: 16 for CPUID, 8 for an MSR
   */
  at(position: bigint, length: number): Uint8Array | Failure;
  close(): void;
}

/** All that this room sees of a machine; paths are relative to the root of its tree, `proc/cpuinfo`. Tests bring a machine of their own. */
export interface Reader {
  /** @returns at most `limit` bytes of a regular file, from its beginning. */
  read(path: string, limit?: number): Uint8Array | Failure;
  /** @returns names in a folder, sorted; none where it is not there or not readable. */
  list(path: string): readonly string[];
  open(path: string): Device | Failure;
}

/** Enough for /proc/cpuinfo of the largest machine; no other text here comes near. */
export const TEXT_BYTES = 32 * 1024 * 1024;

/** @returns whether a reader's answer is a reason instead of the thing. */
export function failed(answer: unknown): answer is Failure {
  return typeof answer === 'string';
}

/**
 * Reads a text file of a machine.
 * @param limit most bytes that are read
 * @returns the text, bytes that are no UTF-8 and NULs replaced; null where there is none
 */
export function readText(reader: Reader, path: string, limit: number = TEXT_BYTES): string | null {
  const bytes = reader.read(path, limit);
  return failed(bytes) ? null : new TextDecoder().decode(bytes).replaceAll('\0', '\ufffd');
}

/** @returns the first line of a file without blanks around it; null where there is none or it is empty. */
export function readLine(reader: Reader, path: string): string | null {
  const line = readText(reader, path, 64 * 1024)
    ?.split('\n', 1)[0]
    ?.trim();
  return line ? line : null;
}

/** @returns the text of the first of several files that is there. */
export function firstText(reader: Reader, paths: readonly string[]): string | null {
  for (const path of paths) {
    const text = readText(reader, path);
    if (text !== null) return text;
  }
  return null;
}
