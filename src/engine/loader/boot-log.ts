import type { Boot } from '../boot/boot.ts';
import type { Thread } from '../model/machine.ts';
import { lowestRevision, shaCheckOff } from './amd-patch-id.ts';
import { intelCpu } from './intel-match.ts';
import { onlineThreads } from './load-case.ts';
import { earlyLoaderMissing } from './loader-switches.ts';
import { stagingAvailable } from './staging.ts';

const FIRST_ZEN_FAMILY = 0x17;

/** What the loader leaves behind at boot besides a revision. */
export interface LoaderBoot {
  /** Printed before anything else, and with it the taint. */
  readonly early: readonly string[];
  /** Printed by microcode_init(), after all mitigations. */
  readonly late: readonly string[];
  readonly taints: readonly string[];
  /** What stands for the revision of CPUs that report none; null where such a CPU shows 0. */
  readonly generated: number | null;
}

const NOTHING: LoaderBoot = { early: [], late: [], taints: [], generated: null };

function eight(revision: number): string {
  return `0x${revision.toString(16).padStart(8, '0')}`;
}

function unsupportedLine(b: Boot): string {
  if (b.cpu.vendor === 'INTEL') return `microcode: Intel CPU family 0x${b.cpu.family.toString(16)} not supported`;
  if (b.cpu.vendor === 'AMD') return `microcode: AMD CPU family 0x${b.cpu.family.toString(16)} not supported`;
  return 'microcode: no support for this CPU vendor';
}

/** 6.1's driver prints what it collects from each CPU; Intel's only when it differs from the last (collect_cpu_info()). */
function driverLines(b: Boot, threads: readonly Thread[]): string[] {
  if (b.cpu.vendor === 'AMD') return onlineThreads(threads).map((thread) => `microcode: CPU${thread.number}: patch_level=${eight(thread.revision)}`);
  const { signature, platformMask } = intelCpu(b);
  const revisions = onlineThreads(threads).map((thread) => thread.revision);
  return revisions
    .filter((revision, index) => revision !== revisions[index - 1])
    .map((revision) => `microcode: sig=0x${signature.toString(16)}, pf=0x${(platformMask ?? 0).toString(16)}, revision=0x${revision.toString(16)}`);
}

/** 6.1 leaves its switch at "disabled" for a CPU it has no driver for, and says nothing (check_loader_disabled_bsp()). */
function oldLines(b: Boot, threads: readonly Thread[]): string[] {
  return [...driverLines(b, threads), 'microcode: Microcode Update Driver: v2.2.'];
}

/** get_patch_level() of newer lines makes up a revision for a Zen CPU without one, and mc_cpu_online() shows it. */
function generatedRevision(b: Boot): number | null {
  if (b.cpu.vendor !== 'AMD' || b.cpu.family < FIRST_ZEN_FAMILY || !b.trait('amd-lowest-revision')) return null;
  return lowestRevision(b.cpuidRegister(1, 0, 'eax'));
}

/**
 * What the loader says and taints at boot where no update was loaded early (cpu/microcode/core.c load_ucode_bsp(),
 * microcode_init(); amd.c load_ucode_amd_bsp()).
 */
export function loaderAtBoot(b: Boot, threads: readonly Thread[]): LoaderBoot {
  b.begin();
  const missing = earlyLoaderMissing(b);
  const codes = missing.map((reason) => reason.code);
  if (codes.includes('loader-not-built') || codes.includes('loader-disabled')) return NOTHING;
  if (!b.trait('microcode-rendezvous')) return codes.includes('loader-unsupported') ? NOTHING : { ...NOTHING, late: oldLines(b, threads) };
  if (codes.includes('loader-unsupported')) return { ...NOTHING, late: [unsupportedLine(b)] };
  const off = b.cpu.vendor === 'AMD' && shaCheckOff(b);
  const generated = generatedRevision(b);
  const staging = stagingAvailable(b) ? ['microcode: Enabled staging feature.'] : [];
  const early = off ? ['microcode: It is a very very bad idea to disable the blobs SHA check!'] : [];
  if (generated !== null && b.revision() === 0) early.push(`microcode: No current revision, generating the lowest one: 0x${generated.toString(16)}`);
  return {
    early,
    late: [...staging, `microcode: Current revision: ${eight(b.revision() || (generated ?? 0))}`],
    taints: off ? ['CPU_OUT_OF_SPEC'] : [],
    generated,
  };
}
