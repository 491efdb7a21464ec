/**
 * MSRs that hold zero after a reset on every CPU that has them, and that no firmware is known to write: a profile that does not list them
 * leaves nothing open (Intel SDM volume 4: IA32_SPEC_CTRL, TSX_FORCE_ABORT, IA32_TSX_CTRL; AMD's SPEC_CTRL is the same).
 */
export const zeroAfterReset: ReadonlySet<number> = new Set([0x48, 0x10f, 0x122]);
