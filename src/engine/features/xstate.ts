import type { Boot } from '../boot/boot.ts';
import { featureEnabled } from './enabled.ts';
import { sizesAgree } from './xstate-size.ts';

/** State components of XSAVE (asm/fpu/types.h enum xfeature). */
export const XFEATURE = {
  FP: 0,
  SSE: 1,
  YMM: 2,
  BNDREGS: 3,
  BNDCSR: 4,
  OPMASK: 5,
  ZMM_HI256: 6,
  HI16_ZMM: 7,
  PT: 8,
  PKRU: 9,
  PASID: 10,
  CET_USER: 11,
  CET_KERNEL: 12,
  XTILE_CFG: 17,
  XTILE_DATA: 18,
  APX: 19,
} as const;

const bitOf = (...features: readonly number[]): number => features.reduce((mask, feature) => mask | (1 << feature), 0);
const XSTATE = 0xd;
const FPSSE = bitOf(XFEATURE.FP, XFEATURE.SSE);
const MPX = bitOf(XFEATURE.BNDREGS, XFEATURE.BNDCSR);
const APX = bitOf(XFEATURE.APX);
const DYNAMIC = bitOf(XFEATURE.XTILE_DATA);
const USER = FPSSE | MPX | DYNAMIC | bitOf(XFEATURE.YMM, XFEATURE.OPMASK, XFEATURE.ZMM_HI256, XFEATURE.HI16_ZMM, XFEATURE.PKRU, XFEATURE.XTILE_CFG);

/** xsave_cpuid_features[]: a component is used only where the feature that needs it is there. */
function componentFeatures(b: Boot): readonly (readonly [component: number, feature: string])[] {
  return [
    [XFEATURE.FP, 'FPU'],
    [XFEATURE.SSE, 'XMM'],
    [XFEATURE.YMM, 'AVX'],
    [XFEATURE.BNDREGS, 'MPX'],
    [XFEATURE.BNDCSR, 'MPX'],
    [XFEATURE.OPMASK, 'AVX512F'],
    [XFEATURE.ZMM_HI256, 'AVX512F'],
    [XFEATURE.HI16_ZMM, 'AVX512F'],
    [XFEATURE.PKRU, b.trait('xstate-pkru-by-cpuid') ? 'PKU' : 'OSPKE'],
    [XFEATURE.PASID, 'ENQCMD'],
    [XFEATURE.CET_USER, 'SHSTK'],
    [XFEATURE.CET_KERNEL, 'SHSTK'],
    [XFEATURE.XTILE_CFG, 'AMX_TILE'],
    [XFEATURE.XTILE_DATA, 'AMX_TILE'],
    [XFEATURE.APX, 'APX'],
  ];
}

function supervisorMask(b: Boot): number {
  const cetUser = b.trait('xstate-cet-user') ? bitOf(XFEATURE.CET_USER) : 0;
  const cetKernel = b.trait('xstate-cet-kernel') ? bitOf(XFEATURE.CET_KERNEL) : 0;
  return bitOf(XFEATURE.PASID) | cetUser | cetKernel;
}

/** fpu_kernel_cfg.max_features: what the CPU enumerates, less what its features or the kernel do not use. */
function maxFeatures(b: Boot, enumerated: number): number {
  let mask = enumerated;
  for (const [component, feature] of componentFeatures(b)) if (!b.hasBit(feature)) mask &= ~(1 << component);
  if (!featureEnabled(b, 'XFD')) mask &= ~DYNAMIC;
  const user = b.trait('xstate-apx') ? USER | APX : USER;
  return mask & (featureEnabled(b, 'XSAVES') ? user | supervisorMask(b) : user);
}

function disable(b: Boot, rule: string): void {
  b.print('x86/fpu: XSAVE disabled');
  b.forceClear('XSAVE', rule);
}

function enable(b: Boot, rule: string): void {
  b.leaveFeature('XSAVE', rule);
  b.force('OSXSAVE', rule);
}

/** Compacted format, where the CPU has it. */
function compact(b: Boot): boolean {
  const compacted = featureEnabled(b, 'XSAVEC') || featureEnabled(b, 'XSAVES');
  if (compacted) b.force('XCOMPACTED', 'xstate/init/compacted');
  return compacted;
}

/**
 * fpu__init_system_xstate(): switches XSAVE on, or off for good with everything that needs it, when what leaf 0xd says
 * does not hold together (fpu/xstate.c). It runs after the mitigations and before cpu_data(0) is copied.
 */
export function initXstate(b: Boot): void {
  b.begin();
  if (!b.has('XSAVE')) return;
  // Where the profile lacks the leaf nothing can be found wrong with it: XSAVE stays on, as on nearly every CPU.
  if (!b.knowsCpuid(XSTATE, 0, 'eax', XFEATURE.FP)) {
    b.cpuidBit(XSTATE, 0, 'eax', XFEATURE.FP);
    compact(b);
    return enable(b, 'xstate/init/not-known');
  }
  const { eax: user } = b.cpuid(0xd, 0);
  const { ecx: supervisor } = b.cpuid(0xd, 1);
  const enumerated = (user | supervisor) >>> 0;
  b.trace.read('cpuid:d.0.eax', user, -1);
  if ((enumerated & FPSSE) !== FPSSE) return disable(b, 'xstate/init/no-fp-sse');
  if (b.trait('xstate-apx') && enumerated & APX && enumerated & MPX) return disable(b, 'xstate/init/apx-and-mpx');
  const features = maxFeatures(b, enumerated);
  if (!sizesAgree(b, features, compact(b))) return disable(b, 'xstate/init/size-mismatch');
  enable(b, 'xstate/init/enabled');
}
