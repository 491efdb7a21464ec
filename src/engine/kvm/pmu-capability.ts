import type { Boot } from '../boot/boot.ts';
import type { Cpu } from '../boot/cpu.ts';
import { featureEnabled } from '../features/enabled.ts';
import type { VmcsConfig } from './kvm-state.ts';
import { ENTRY, hasControl } from './vmcs-config.ts';

/** kvm_pmu_cap: what KVM can give guests of performance monitoring. */
export interface PmuCapability {
  readonly enabled: boolean;
  /** As guests are told. */
  readonly version: number;
  /** As the CPU has it. */
  readonly hostVersion: number;
  readonly generalCounters: number;
  /** The CPU can write PEBS records through guest page tables. */
  readonly pebsEpt: boolean;
}

const NONE: PmuCapability = { enabled: false, version: 0, hostVersion: 0, generalCounters: 0, pebsEpt: false };
const AMD_COUNTERS = 4;
const AMD_CORE_COUNTERS = 6;
/** A CPU with less architectural events than this has no driver (events/intel/core.c intel_pmu_init()). */
const ARCH_PERFMON_EVENTS = 7;
/** Ice Lake, Sapphire Rapids, Emerald Rapids, Granite Rapids and Diamond Rapids servers: x86_pmu.pebs_ept (events/intel/core.c). */
const PEBS_EPT_MODELS: readonly number[] = [0x6a, 0x6c];
const PEBS_EPT_MODELS_LATER: readonly number[] = [...PEBS_EPT_MODELS, 0x8f, 0xcf, 0xad, 0xae];
const PEBS_FORMAT_WITH_EPT = 5;
const MSR_IA32_PERF_CAPABILITIES = 0x345;
const FW_WRITES = 13;
const MEDIATED_SINCE_VERSION = 4;

type Found = Omit<PmuCapability, 'enabled' | 'hostVersion'>;

function intelCapability(b: Boot): Found {
  if (!b.has('ARCH_PERFMON')) return NONE;
  const eax = b.cpuidRegister(0xa, 0, 'eax');
  if (eax >>> 24 < ARCH_PERFMON_EVENTS) return NONE;
  return { version: eax & 0xff, generalCounters: (eax >>> 8) & 0xff, pebsEpt: pebsEpt(b) };
}

function pebsEpt(b: Boot): boolean {
  if (b.cpu.family !== 6) return false;
  const later = b.trait('pebs-ept-later-servers');
  if ((later ? PEBS_EPT_MODELS_LATER : PEBS_EPT_MODELS).includes(b.cpu.model)) return true;
  const format = b.has('PDCM') ? Number(((b.msr(MSR_IA32_PERF_CAPABILITIES) ?? 0n) >> 8n) & 0xfn) : 0;
  return later && b.has('PEBS') && (format === PEBS_FORMAT_WITH_EPT || format === PEBS_FORMAT_WITH_EPT + 1);
}

function amdCapability(b: Boot): Found {
  if (b.cpu.family < 6) return NONE;
  if (!b.has('PERFCTR_CORE')) return { version: 0, generalCounters: AMD_COUNTERS, pebsEpt: false };
  if (!b.has('PERFMON_V2')) return { version: 0, generalCounters: AMD_CORE_COUNTERS, pebsEpt: false };
  return { version: 2, generalCounters: b.cpuidRegister(0x80000022, 0, 'ebx') & 0xf, pebsEpt: false };
}

/**
 * kvm_init_pmu_capability() (kvm/pmu.h, newer pmu.c), on what perf found at boot (perf_get_x86_pmu_capability()). That the
 * counters count is taken for granted: perf tries them, which a profile cannot.
 * @param wanted kvm.enable_pmu
 */
export function pmuCapability(b: Boot, wanted: boolean): PmuCapability {
  if (!wanted || featureEnabled(b, 'HYBRID_CPU')) return NONE;
  const intel = b.cpu.vendor === 'INTEL';
  const found = intel ? intelCapability(b) : b.cpu.vendor === 'AMD' || b.cpu.vendor === 'HYGON' ? amdCapability(b) : NONE;
  const least = !b.trait('kvm-pmu-counter-check') || intel ? 1 : AMD_COUNTERS;
  if (found.generalCounters < least || (intel && found.version === 0)) return NONE;
  return { ...found, enabled: true, version: Math.min(found.version, 2), hostVersion: found.version };
}

/**
 * Whether guests can be given the counters themselves instead of perf events, where kvm_intel.enable_mediated_pmu asks for it
 * (kvm/vmx/pmu_intel.c intel_pmu_is_mediated_pmu_supported()).
 * @param now the boot CPU with the silicon of this moment
 */
export function mediatedPmu(b: Boot, now: Cpu, vmcs: VmcsConfig, pmu: PmuCapability): boolean {
  const fullWidth = b.has('PDCM') && b.msrBit(MSR_IA32_PERF_CAPABILITIES, FW_WRITES, now);
  return pmu.enabled && pmu.hostVersion >= MEDIATED_SINCE_VERSION && fullWidth && hasControl(vmcs.entry, ENTRY.PERF_GLOBAL_CTRL);
}
