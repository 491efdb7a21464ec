/** Takes the sha256 of some bytes, in lower-case hex: what src/microcode/ asks its callers for. */
export type Sha256 = (bytes: Uint8Array) => string;

/** @returns the digest function; node:crypto is loaded only where one is needed, as it takes as long as a fifth of Node's start. */
export async function loadSha256(): Promise<Sha256> {
  const { createHash } = await import('node:crypto');
  return (bytes) => createHash('sha256').update(bytes).digest('hex');
}
