import type { Boot } from '../boot/boot.ts';
import type { Cpu } from '../boot/cpu.ts';
import { matchValue } from '../boot/cpu-match.ts';
import { amdErratum } from './amd-early.ts';
import { modelListed } from './model-list.ts';
import { flipMsrBit } from './msr-access.ts';

const MSR_AMD64_CPUID_FN_7 = 0xc0011002;
const CPUID_FN_7_RDSEED_BIT = 18;
const MSR_AMD64_DE_CFG = 0xc0011029;
const ZENBLEED_BIT = 9;

/** A revision table says that the running microcode has the fix (x86_match_min_microcode_rev()). */
function fixedByRevision(b: Boot, table: string): boolean {
  const wanted = matchValue(b, table);
  return wanted !== null && b.revision() >= wanted;
}

/**
 * Erratum 1386: XSAVES goes wrong on Zen 1 and 2 without new microcode; XSAVEC does the same there. The oldest line
 * drops it on every Zen 2, and on no Zen 1.
 */
function erratum1386(b: Boot, cpu: Cpu, generation: 1 | 2): void {
  b.begin();
  if (b.trait('amd-erratum-lists')) {
    const affected = generation === 2 ? 'xsaves-off-on-zen2' : 'xsaves-off-on-zen1';
    if (b.trait(affected)) b.clear('XSAVES', 'amd/zen/xsaves-off', cpu);
  } else if (!fixedByRevision(b, 'erratum_1386_microcode')) b.clear('XSAVES', 'amd/zen/erratum-1386', cpu);
}

function initZen1(b: Boot, cpu: Cpu): void {
  erratum1386(b, cpu, 1);
  b.begin();
  if (!b.has('HYPERVISOR', cpu) && !b.has('CPB', cpu)) b.set('CPB', 'amd/zen1/erratum-1076', cpu);
  if (!b.trait('amd-erratum-lists')) {
    b.begin();
    b.forceBug('DIV0', 'amd/zen1/div0');
    if (cpu.model < 0x30) b.clear('IRPERF', 'amd/zen1/erratum-1054', cpu);
  }
}

/**
 * zenbleed_check() of 6.1, zen2_zenbleed_check() later: microcode has the fix, else the chicken bit does it. It runs again
 * after a late load, and is the one thing that then takes effect at once.
 */
export function zenbleedCheck(b: Boot, cpu: Cpu): void {
  b.begin();
  if (b.has('HYPERVISOR', cpu) || !b.has('AVX', cpu)) return;
  flipMsrBit(b, MSR_AMD64_DE_CFG, ZENBLEED_BIT, !fixedByRevision(b, 'amd_zenbleed_microcode'), cpu);
}

function initZen2(b: Boot, cpu: Cpu): void {
  erratum1386(b, cpu, 2);
  if (!b.trait('amd-erratum-lists')) zenbleedCheck(b, cpu);
  b.begin();
  if (cpu.model === 0x47 && cpu.stepping === 0 && b.trait('cyan-skillfish-rdseed')) {
    b.clear('RDSEED', 'amd/zen2/cyan-skillfish-rdseed', cpu);
    flipMsrBit(b, MSR_AMD64_CPUID_FN_7, CPUID_FN_7_RDSEED_BIT, false, cpu);
  }
  b.clear('INVLPGB', 'amd/zen2/no-invlpgb', cpu);
}

function initZen3(b: Boot, cpu: Cpu): void {
  b.begin();
  // Not prone to Branch Type Confusion, but older than the bit that says so.
  if (!b.has('HYPERVISOR', cpu) && !b.has('BTC_NO', cpu)) b.set('BTC_NO', 'amd/zen3/btc-no', cpu);
}

function initZen4(b: Boot, cpu: Cpu): void {
  b.begin();
  const broken = modelListed(b, 'init_amd_zen4', cpu);
  if (broken) b.clear(broken, 'amd/zen4/vmload-reboots', cpu);
}

function initZen5(b: Boot, cpu: Cpu): void {
  b.begin();
  if (!fixedByRevision(b, 'zen5_rdseed_microcode')) {
    b.clear('RDSEED', 'amd/zen5/rdseed-microcode', cpu);
    flipMsrBit(b, MSR_AMD64_CPUID_FN_7, CPUID_FN_7_RDSEED_BIT, false, cpu);
  }
  b.begin();
  if (b.has('INVLPGB', cpu) && !b.has('TLBSYNC_SFW_NO', cpu)) b.setBug('TLBI', 'amd/zen5/tlbi', cpu);
}

const GENERATIONS: readonly (readonly [feature: string, init: (b: Boot, cpu: Cpu) => void])[] = [
  ['ZEN1', initZen1],
  ['ZEN2', initZen2],
  ['ZEN3', initZen3],
  ['ZEN4', initZen4],
  ['ZEN5', initZen5],
];

/** The Zen part of init_amd() (cpu/amd.c). The oldest line marks ZEN by generation, later ones by family. */
export function initZen(b: Boot, cpu: Cpu): void {
  b.begin();
  const byFamily = !b.trait('amd-erratum-lists');
  if (byFamily && cpu.family >= 0x17) b.force('ZEN', 'amd/init/zen-family');
  for (const [feature, init] of GENERATIONS) {
    b.begin();
    if (!b.has(feature)) continue;
    if (!byFamily) b.force('ZEN', 'amd/init/zen-generation');
    init(b, cpu);
    return;
  }
}

/** The end of init_amd() in the line that still has lists of errata. */
export function listedErrata(b: Boot, cpu: Cpu): void {
  b.begin();
  if (amdErratum(b, 'amd_zenbleed', -1, cpu)) zenbleedCheck(b, cpu);
  b.begin();
  if (amdErratum(b, 'amd_div0', -1, cpu)) b.forceBug('DIV0', 'amd/init/div0');
}
