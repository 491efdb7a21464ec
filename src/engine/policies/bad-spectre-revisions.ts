import type { Boot } from '../boot/boot.ts';
import { badSpectreRevision, SPECULATION_BITS } from '../features/intel-early.ts';
import type { Finding } from '../model/machine.ts';

/**
 * Patch 7 of the 2020 series, check_intel_bad_spectre_microcode(): the forced-clear bits of the speculation controls follow the revision, in both
 * directions. It takes back what `clearcpuid=` asked for as well: the mask does not know who set a bit.
 * @param b the kernel's memory with the new revision, which is edited
 */
export function followBadSpectreList(b: Boot): Finding[] {
  if (b.cpu.vendor !== 'INTEL') return [];
  b.begin();
  const bad = badSpectreRevision(b, b.cpu);
  const step = b.trace.step(bad ? 'rfc/bad-spectre/listed' : 'rfc/bad-spectre/not-listed');
  let changed = false;
  for (const feature of SPECULATION_BITS) {
    const bit = b.featureBit(feature);
    if (bit < 0) continue;
    const [word, mask] = [bit >>> 5, 1 << (bit & 31)];
    changed ||= ((b.cleared[word]! & mask) !== 0) !== bad;
    b.cleared[word] = bad ? b.cleared[word]! | mask : b.cleared[word]! & ~mask;
    b.forcedFrom[bit] = step;
  }
  return changed ? [{ code: bad ? 'bad-revision-imposed' : 'bad-revision-left', args: { revision: b.cpu.revision } }] : [];
}
