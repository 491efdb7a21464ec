import type { Boot } from '../boot/boot.ts';
import { selectMitigations } from '../boot/mitigations.ts';
import type { Finding } from '../model/machine.ts';
import { mds } from '../vulnerabilities/mds.ts';
import { spectreV2 } from '../vulnerabilities/spectre-v2/index.ts';
import { spectreV2User } from '../vulnerabilities/spectre-v2-user.ts';

/*
 * microcode_late_select_mitigation() of UEK4 (bugs_64.c), area by area: what it does to the user's own choices is the point. They are kept where
 * the microcode brought nothing new, and forgotten where it did.
 */

/** The bit was not there when the code was patched (static_cpu_has()), so this or an earlier update has brought it. */
function cameLate(b: Boot, feature: string): boolean {
  const patched = b.patched ?? b.cpu;
  return b.has(feature) && !b.has(feature, patched);
}

function finding(area: string, did: string): Finding[] {
  return [{ code: 'uek4-rule', args: { area, did } }];
}

/** SSB: acts only on an SSBD that is new, and then with the default; what the user chose before is kept otherwise. */
export function ruleOfSsb(b: Boot): Finding[] {
  b.begin();
  if (!b.bug('SPEC_STORE_BYPASS')) {
    b.choose('ssb', 'SPEC_STORE_BYPASS_NONE', 'uek4/ssb/bug-gone');
    return finding('ssb', 'bug-gone');
  }
  const late = ['SSBD', 'AMD_SSBD'].filter((feature) => cameLate(b, feature));
  if (late.length === 0) return finding('ssb', 'choice-kept');
  for (const feature of late) b.force(feature, 'uek4/ssb/came-late');
  b.choose('ssb', b.config('CONFIG_SECCOMP') ? 'SPEC_STORE_BYPASS_SECCOMP' : 'SPEC_STORE_BYPASS_PRCTL', 'uek4/ssb/came-late');
  return finding('ssb', 'default-chosen');
}

/** Kernel memory: an earlier update, or the boot, had IBRS. */
const HAD_IBRS = 'microcode_had_ibrs';
const VECTORS = ['attack_vector_user_kernel', 'attack_vector_user_user', 'attack_vector_guest_host', 'attack_vector_guest_guest', 'cpu_mitigations'] as const;

/** Nobody asks the command line: every switch stands as if nothing had been written there. */
function asByDefault(b: Boot, select: () => void): void {
  const kept = VECTORS.map((name) => b.shared(name));
  for (const name of VECTORS) b.share(name, name === 'cpu_mitigations' ? 'auto' : true, 'uek4/spectre_v2/defaults');
  b.commandLineFreed = true;
  b.choose('spectre_v2', 'SPECTRE_V2_NONE', 'uek4/spectre_v2/defaults');
  b.share('spectre_v2_cmd', 'AUTO', 'uek4/spectre_v2/defaults');
  b.share('spectre_v2_user_cmd', 'AUTO', 'uek4/spectre_v2/defaults');
  select();
  b.commandLineFreed = false;
  for (const [at, name] of VECTORS.entries()) b.share(name, kept[at] ?? null, 'uek4/spectre_v2/defaults-end');
}

/**
 * Spectre v2: with IBRS at boot nothing is touched, so as not to break the user's command line. Without, an automatic choice is made anew, also
 * where the user had said `nospectre_v2` or `mitigations=off`; a second update finds IBRS remembered and does nothing.
 */
export function ruleOfSpectreV2(b: Boot): Finding[] {
  b.begin();
  if (b.shared(HAD_IBRS) === true || b.has('IBRS', b.patched ?? b.cpu)) return finding('spectre_v2', 'choice-kept');
  asByDefault(b, () => selectMitigations(b, [spectreV2, spectreV2User]));
  b.begin();
  if (b.has('IBRS')) b.share(HAD_IBRS, true, 'uek4/spectre_v2/ibrs-remembered');
  return finding('spectre_v2', 'default-chosen');
}

const MDS = { off: 'MDS_MITIGATION_OFF', full: 'MDS_MITIGATION_FULL', attempted: 'MDS_MITIGATION_VMWERV' } as const;

/** The one static key that VERW hangs on goes with MDS, whoever else needs it. */
function mdsGone(b: Boot): Finding[] {
  if (b.choice('mds') === MDS.off) return finding('mds', 'bug-gone');
  b.choose('mds', MDS.off, 'uek4/mds/bug-gone');
  b.unforce(b.featureBit('CLEAR_CPU_BUF'), 'uek4/mds/bug-gone');
  b.share('cpu_buf_idle_clear', false, 'uek4/mds/bug-gone');
  const others = ['TAA', 'MMIO_STALE_DATA', 'RFDS'].filter((bug) => b.bug(bug));
  return [...finding('mds', 'switched-off'), ...(others.length === 0 ? [] : [{ code: 'uek4-verw-off-for-all', args: { bugs: others } }])];
}

/** MDS: off is the user's choice and stays; the mode without microcode goes back to full and is judged again by MD_CLEAR. */
export function ruleOfMds(b: Boot): Finding[] {
  b.begin();
  if (!b.bug('MDS')) return mdsGone(b);
  if (b.choice('mds') === MDS.off) return finding('mds', 'choice-kept');
  // MD_CLEAR is what CPU 0 answers now: nothing else of its leaf has become the kernel's.
  if (b.cpuidBit(7, 0, 'edx', 10) && !b.has('MD_CLEAR')) b.force('MD_CLEAR', 'uek4/mds/md-clear');
  b.choose('mds', b.has('MD_CLEAR') ? MDS.full : MDS.attempted, b.has('MD_CLEAR') ? 'uek4/mds/judged-again' : 'uek4/mds/no-microcode');
  b.force('CLEAR_CPU_BUF', 'uek4/mds/user-clear');
  mds.smtUpdate?.(b);
  return finding('mds', 'judged-again');
}
