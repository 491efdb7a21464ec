import type { Boot } from '../boot/boot.ts';
import type { Part } from '../vulnerabilities/_protection.ts';
import { hereOnlyKey } from '../vulnerabilities/_protection.ts';
import { TSX_CTRL_ELSEWHERE } from '../vulnerabilities/taa.ts';
import { protectsMore } from './verdict.ts';

/*
 * What a kernel that chose its mitigations again takes itself to do, against what its code does. In a kernel that never looked again the two are
 * the same, so mainline can bring nothing of this about by a late load.
 */

const ON_ONE_CPU: readonly string[] = [hereOnlyKey(0x48), hereOnlyKey(0x123), TSX_CTRL_ELSEWHERE];

/**
 * @param k the running kernel; stays as it was
 * @returns a kernel with the same memory whose code is patched for it and whose MSRs stand alike on all CPUs; null where nobody looked again
 */
export function asClaimed(k: Boot): Boot | null {
  if (!k.lookedAgain) return null;
  const claimed = k.copy();
  claimed.patched = null;
  claimed.patchedModule = null;
  claimed.begin();
  for (const name of ON_ONE_CPU) claimed.share(name, null, 'claims/everywhere');
  return claimed;
}

/**
 * Marks what the running kernel only says, and what it has caught up with. Only of a row whose text in sysfs has moved: a text that stands
 * claims nothing new.
 * @param parts what protects in fact
 * @param claimed what would, if the code did what the kernel chose
 */
export function marked(parts: readonly Part[], claimed: readonly Part[]): Part[] {
  return parts.map((part) => {
    const claim = claimed.find((one) => one.part === part.part);
    if (claim !== undefined && protectsMore(claim, part)) return { ...part, onlyReported: true };
    return { ...part, reEvaluated: true };
  });
}
