import type { Boot } from '../boot/boot.ts';
import { cpuidOf, type Silicon } from '../silicon/silicon.ts';
import { type CapWords, checkAndSet, clearCap, hasCap, setCap } from './cap-words.ts';
import type { ModuleParameters } from './module-parameters.ts';
import type { PmuCapability } from './pmu-capability.ts';

const SEV_MIN_ASID_WITHOUT_ES = 1;
const CORE_COUNTERS = 6;

/** What svm_hardware_setup() settles before the capabilities are made. */
export interface SvmSetup {
  readonly npt: boolean;
  readonly nested: boolean;
  readonly nrips: boolean;
  readonly tscScaling: boolean;
  readonly vls: boolean;
  readonly lbrv: boolean;
  readonly vgif: boolean;
  readonly vnmi: boolean;
  readonly gmet: boolean;
  readonly sev: boolean;
  readonly sevEs: boolean;
}

/**
 * sev_hardware_setup() of kvm/svm/sev.c. That the platform's secure processor answers is taken for granted; SEV-SNP needs an RMP
 * table from the firmware, of which a profile knows nothing, and is left out.
 */
function sevSetup(b: Boot, silicon: Silicon, parameters: ModuleParameters, base: { npt: boolean; nrips: boolean; lbrv: boolean }): [sev: boolean, es: boolean] {
  if (!b.config('CONFIG_KVM_AMD_SEV') || !parameters.bool('kvm_amd.sev', true) || !base.npt) return [false, false];
  if (!b.has('SEV') || !b.has('DECODEASSISTS')) return [false, false];
  if (b.trait('kvm-sev-needs-nrips') && (!base.nrips || !b.has('FLUSHBYASID'))) return [false, false];
  const { ecx: maxAsid, edx: minAsid } = cpuidOf(silicon, 0x8000001f, 0);
  if (maxAsid === 0) return [false, false];
  // Without MMIO caching KVM could not tell an SEV-ES guest's accesses to devices.
  const es = parameters.bool('kvm_amd.sev_es', true) && parameters.bool('kvm.mmio_caching', true) && b.has('SEV_ES') && minAsid !== SEV_MIN_ASID_WITHOUT_ES;
  return [true, es && (base.lbrv || !b.trait('kvm-sev-needs-nrips'))];
}

/** svm_hardware_setup() of kvm/svm/svm.c, as far as it changes what guests are offered. */
export function svmSetup(b: Boot, silicon: Silicon, parameters: ModuleParameters): SvmSetup {
  const on = (name: string, feature: string): boolean => parameters.number(`kvm_amd.${name}`, 1) !== 0 && b.has(feature);
  const npt = parameters.bool('kvm_amd.npt', true) && b.has('NPT');
  const nrips = on('nrips', 'NRIPS');
  const vgif = on('vgif', 'VGIF');
  const lbrv = on('lbrv', 'LBRV');
  const [sev, sevEs] = sevSetup(b, silicon, parameters, { npt, nrips, lbrv });
  return {
    npt,
    nested: parameters.number('kvm_amd.nested', 1) !== 0,
    nrips,
    tscScaling: on('tsc_scaling', 'TSCRATEMSR'),
    vls: on('vls', 'V_VMSAVE_VMLOAD') && npt,
    lbrv,
    vgif,
    vnmi: b.trait('kvm-nested-vnmi') && parameters.bool('kvm_amd.vnmi', true) && vgif && b.has('VNMI'),
    gmet: parameters.bool('kvm_amd.gmet', true) && npt && b.has('GMET'),
    sev,
    sevEs,
  };
}

/** What a nested guest hypervisor may use: KVM emulates or passes on all of it, whatever CPUID says. */
function nestedCaps(b: Boot, caps: CapWords, setup: SvmSetup): void {
  for (const feature of ['SVM', 'VMCBCLEAN', 'SVME_ADDR_CHK']) setCap(caps, feature);
  if (b.trait('kvm-nested-flushbyasid')) setCap(caps, 'FLUSHBYASID');
  const conditional: readonly (readonly [boolean, string])[] = [
    [setup.nrips, 'NRIPS'],
    [setup.npt, 'NPT'],
    [setup.tscScaling, 'TSCRATEMSR'],
    [setup.vls, 'V_VMSAVE_VMLOAD'],
    [setup.lbrv, 'LBRV'],
    [b.has('PAUSEFILTER'), 'PAUSEFILTER'],
    [b.has('PFTHRESHOLD'), 'PFTHRESHOLD'],
    [setup.gmet, 'GMET'],
    [setup.vgif, 'VGIF'],
    [setup.vnmi, 'VNMI'],
  ];
  for (const [on, feature] of conditional) if (on) setCap(caps, feature);
}

function pmuCaps(b: Boot, caps: CapWords, pmu: PmuCapability): void {
  if (!pmu.enabled) return;
  if (!b.trait('kvm-pmu-counter-check')) return checkAndSet(b, caps, 'PERFCTR_CORE');
  if (pmu.generalCounters >= CORE_COUNTERS) checkAndSet(b, caps, 'PERFCTR_CORE');
  if (pmu.version !== 2 || !hasCap(caps, 'PERFCTR_CORE')) clearCap(caps, 'PERFMON_V2');
}

/** svm_set_cpu_caps() of kvm/svm/svm.c. */
export function svmCaps(b: Boot, caps: CapWords, setup: SvmSetup, pmu: PmuCapability): void {
  clearCap(caps, 'IBT');
  if (setup.nested) nestedCaps(b, caps, setup);
  if (b.has('LS_CFG_SSBD') || b.has('AMD_SSBD')) setCap(caps, 'VIRT_SSBD');
  pmuCaps(b, caps, pmu);
  // Lines whose mask lets SEV through take it away again, the others add it.
  for (const [on, feature] of [
    [setup.sev, 'SEV'],
    [setup.sevEs, 'SEV_ES'],
  ] as const) {
    if (!on) clearCap(caps, feature);
    else if (b.trait('kvm-sev-needs-nrips')) setCap(caps, feature);
  }
  clearCap(caps, 'BUS_LOCK_DETECT');
  clearCap(caps, 'MSR_IMM');
}
