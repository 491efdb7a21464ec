import type { Boot } from '../boot/boot.ts';
import { defineVulnerability, textOf } from './_define.ts';
import { mitigationsOff, shouldMitigate } from './_global.ts';
import { askedOff, bootPart, type Part, type Standing } from './_protection.ts';

/*
 * Spectre v1 and its swapgs variant: fences in the kernel's entry code. Microcode plays no part.
 */

function affected(b: Boot): void {
  b.begin();
  b.forceBug('SPECTRE_V1', 'spectre_v1/affected/speculates');
}

function initial(b: Boot): void {
  b.begin();
  const built = b.config('CONFIG_MITIGATION_SPECTRE_V1');
  b.choose('spectre_v1', built ? 'SPECTRE_V1_MITIGATION_AUTO' : 'SPECTRE_V1_MITIGATION_NONE', 'spectre_v1/default');
  b.begin();
  if (b.params('nospectre_v1').length > 0) b.choose('spectre_v1', 'SPECTRE_V1_MITIGATION_NONE', 'spectre_v1/parameter/off');
}

/** smap_works_speculatively(): with Meltdown, SMAP does not keep speculation from user data in the L1 cache. */
function smapWorks(b: Boot): boolean {
  return b.has('SMAP') && !b.bug('CPU_MELTDOWN');
}

/** Fences against a mispredicted swapgs, where the CPU or PTI does not serialize by itself. */
function fence(b: Boot): void {
  if (b.choice('spectre_v1') !== 'SPECTRE_V1_MITIGATION_AUTO') return;
  // With FSGSBASE a user can put a kernel address into GS, against which SMAP is no help.
  if (!b.has('FSGSBASE') && smapWorks(b)) return;
  b.force('FENCE_SWAPGS_KERNEL', 'spectre_v1/fence/kernel');
  if (b.bug('SWAPGS') && !b.has('PTI')) b.force('FENCE_SWAPGS_USER', 'spectre_v1/fence/user');
}

function selectAtOnce(b: Boot): void {
  if (!b.bug('SPECTRE_V1')) return b.choose('spectre_v1', 'SPECTRE_V1_MITIGATION_NONE', 'spectre_v1/select/not-affected');
  if (mitigationsOff(b)) return b.choose('spectre_v1', 'SPECTRE_V1_MITIGATION_NONE', 'spectre_v1/select/mitigations-off');
  fence(b);
  b.print(`Spectre V1 : ${show(b)}`);
}

function select(b: Boot): void {
  if (!b.bug('SPECTRE_V1')) b.choose('spectre_v1', 'SPECTRE_V1_MITIGATION_NONE', 'spectre_v1/select/not-affected');
  if (!shouldMitigate(b, 'SPECTRE_V1')) b.choose('spectre_v1', 'SPECTRE_V1_MITIGATION_NONE', 'spectre_v1/select/no-attack-vector');
}

function apply(b: Boot): void {
  if (!b.bug('SPECTRE_V1')) return;
  fence(b);
  b.print(`Spectre V1 : ${show(b)}`);
}

function show(b: Boot): string {
  return textOf(b, 'spectre_v1_strings', b.choice('spectre_v1'));
}

/** Fences that the kernel has come to want stand in its code only if they were patched in at boot. */
function fencesRun(k: Boot): boolean {
  return ['FENCE_SWAPGS_KERNEL', 'FENCE_SWAPGS_USER'].every((fence) => !k.has(fence) || k.runs(fence));
}

function protection({ k }: Standing): Part[] {
  const off = askedOff(k, 'spectre_v1') || k.params('nospectre_v1').length > 0;
  return [bootPart('barriers', k.choice('spectre_v1') !== 'SPECTRE_V1_MITIGATION_NONE' && fencesRun(k), off, { on: 'barriers-in-code', not: 'no-barriers' })];
}

export const spectreV1 = defineVulnerability({
  id: 'spectre_v1',
  sysfs: 'spectre_v1',
  bug: 'SPECTRE_V1',
  title: 'Spectre v1 (bounds check bypass)',
  cves: ['CVE-2017-5753'],
  document: 'spectre',
  parameters: ['nospectre_v1'],
  affected,
  initial,
  single: { spectre_v1_select_mitigation: selectAtOnce },
  phased: { spectre_v1_select_mitigation: select, spectre_v1_apply_mitigation: apply },
  show,
  protection,
  needsMicrocode: () => false,
});
