import { createHash } from 'node:crypto';

/** @returns the sha256 of some bytes in lower-case hex: what src/microcode/ asks its callers for. */
export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
