import { bit64 } from '../../base/bits.ts';
import { ARCH_CAP_BITS } from '../../data/bits/arch-capabilities.ts';
import type { Boot } from '../boot/boot.ts';
import { featureEnabled } from '../features/enabled.ts';
import { msrDifferences } from '../guests/register-bits.ts';
import { hostArchCapabilities } from '../kvm/arch-capabilities.ts';
import type { VmcsConfig } from '../kvm/kvm-state.ts';
import { moduleParameters } from '../kvm/module-parameters.ts';
import { mediatedPmu, pmuCapability } from '../kvm/pmu-capability.ts';
import type { KvmLoaded, Machine, Moment } from '../model/machine.ts';
import type { SnapshotDifference } from '../model/report.ts';
import { msrOf, type Silicon } from '../silicon/silicon.ts';
import { valueDifference } from './differ.ts';
import { because, type Holder, NEW_KERNEL, type World } from './holder.ts';
import { vmcsDifferences } from './vmx-nested.ts';

const MSR_IA32_PERF_CAPABILITIES = 0x345;
const LBR_FORMAT = 0x3fn;
/** PEBS_TRAP, ARCH_REG and the format; adaptive PEBS is withheld. */
const PEBS_BITS = 0xfc0n;
const FW_WRITES = 1n << 13n;

function intelLoad(machine: Machine): string | null {
  return machine.kvm?.module === 'kvm_intel' ? (machine.kvmLoaded?.at.event ?? null) : null;
}

function cpuAt(kernel: Boot, silicon: Silicon) {
  return silicon === kernel.cpu.silicon ? kernel.cpu : { ...kernel.cpu, silicon };
}

function shared(kernel: Boot, name: string) {
  return kernel.memory().shares.get(name)?.value ?? null;
}

/** How kvm_intel flushes the L1 data cache, and whether with the command or by reading through a buffer. */
function l1dDifferences(machine: Machine, { freshKvm }: World): SnapshotDifference[] {
  if (freshKvm === null) return [];
  const names = ['l1tf_vmx_mitigation', 'vmx_l1d_should_flush', 'vmx_l1d_flush_cond'];
  const modes = names.flatMap((name) => valueDifference(`kernel:${name}`, shared(machine.kernel, name), shared(freshKvm.kernel, name)));
  const flushes = shared(freshKvm.kernel, 'vmx_l1d_should_flush') === true;
  const command = flushes ? valueDifference('feature:flush_l1d', machine.kernel.runsInKvm('FLUSH_L1D'), freshKvm.kernel.runsInKvm('FLUSH_L1D')) : [];
  return [...modes, ...command];
}

/** vmx_update_fb_clear_dis(): VERW's clearing may be switched off for guests of CPUs that do not need it. */
function fbClearControl({ kernel, silicon }: Moment): boolean {
  kernel.begin();
  if (kernel.runs('CLEAR_CPU_BUF') || kernel.bug('MDS') || kernel.bug('TAA')) return false;
  return bit64(hostArchCapabilities(kernel, cpuAt(kernel, silicon)), ARCH_CAP_BITS.FB_CLEAR_CTRL);
}

/** vmx_get_perf_capabilities(); that perf found branch records is read off the MSR's own format. */
function perfCapabilities(loaded: KvmLoaded, vmcs: VmcsConfig | null): bigint {
  const { kernel, silicon } = loaded;
  kernel.begin();
  const parameters = moduleParameters(kernel, loaded.tables.parameters, loaded.parameters);
  const pmu = pmuCapability(kernel, parameters.bool('kvm.enable_pmu', true));
  if (!pmu.enabled) return 0n;
  const host = kernel.has('PDCM') ? (msrOf(silicon, MSR_IA32_PERF_CAPABILITIES) ?? 0n) : 0n;
  const mediated = vmcs !== null && parameters.bool('kvm_intel.enable_mediated_pmu', false) && mediatedPmu(kernel, cpuAt(kernel, silicon), vmcs, pmu);
  if (mediated) return FW_WRITES;
  const branches = featureEnabled(kernel, 'ARCH_LBR') ? 0n : host & LBR_FORMAT;
  return FW_WRITES | branches | (kernel.has('PEBS') && pmu.pebsEpt ? host & PEBS_BITS : 0n);
}

function vmcs(nested: boolean): Holder['differences'] {
  return ({ kvm }, { freshKvm }) => (kvm?.vmcs && freshKvm?.kvm?.vmcs ? vmcsDifferences(kvm.vmcs, freshKvm.kvm.vmcs, nested) : []);
}

function nestedAllowed({ kernel, kvmLoaded }: Machine): boolean {
  return kvmLoaded !== null && moduleParameters(kernel, kvmLoaded.tables.parameters, kvmLoaded.parameters).bool('kvm_intel.nested', true);
}

const RELOAD_FAILS = { 'kvm-reload': because('from-boot-caps') } as const;

const holders: readonly Holder[] = [
  {
    id: 'vmx_l1d_flush',
    title: 'whether and how the L1 data cache is flushed before a guest runs',
    source: 'kvm/vmx/vmx.c vmx_setup_l1d_flush(), vmx_l1d_flush()',
    takenAt: intelLoad,
    differences: l1dDifferences,
    symptom: () => 'slower-flush',
    cures: NEW_KERNEL,
    tries: RELOAD_FAILS,
  },
  {
    id: 'vmx FB_CLEAR control',
    title: "whether guests are spared VERW's clearing",
    source: 'kvm/vmx/vmx.c vmx_setup_fb_clear_ctrl(), vmx_update_fb_clear_dis()',
    takenAt: intelLoad,
    differences: ({ kvmLoaded }, { freshKvm }) =>
      kvmLoaded && freshKvm?.kvmLoaded ? valueDifference('msr:10a[18]', fbClearControl(kvmLoaded), fbClearControl(freshKvm.kvmLoaded)) : [],
    symptom: () => 'feature-unused',
    cures: NEW_KERNEL,
    tries: RELOAD_FAILS,
  },
  {
    id: 'vmcs_config',
    title: 'VMX controls that every VMCS of KVM uses',
    source: 'kvm/vmx/vmx.c setup_vmcs_config(), vmx_check_processor_compat()',
    takenAt: intelLoad,
    differences: vmcs(false),
    symptom: () => 'cpu-refused-at-online',
    cures: NEW_KERNEL,
    tries: RELOAD_FAILS,
  },
  {
    id: 'vmcs_config.nested',
    title: 'VMX capabilities that KVM shows a hypervisor inside a guest',
    source: 'kvm/vmx/nested.c nested_vmx_setup_ctls_msrs()',
    takenAt: (machine) => (nestedAllowed(machine) ? intelLoad(machine) : null),
    differences: vmcs(true),
    symptom: () => 'guests-miss-feature',
    cures: NEW_KERNEL,
    tries: RELOAD_FAILS,
  },
  {
    id: 'kvm_caps.supported_perf_cap',
    title: 'PERF_CAPABILITIES that KVM offers',
    source: 'kvm/vmx/vmx.c vmx_get_perf_capabilities()',
    takenAt: intelLoad,
    differences: ({ kvm, kvmLoaded }, { freshKvm }) => {
      if (!kvm || !kvmLoaded || !freshKvm?.kvm || !freshKvm.kvmLoaded) return [];
      return msrDifferences('345', perfCapabilities(kvmLoaded, kvm.vmcs), perfCapabilities(freshKvm.kvmLoaded, freshKvm.kvm.vmcs));
    },
    symptom: () => 'guests-miss-feature',
    cures: NEW_KERNEL,
    tries: RELOAD_FAILS,
  },
  {
    id: 'nx_huge_pages',
    title: 'whether KVM splits huge pages for iTLB multihit',
    source: 'kvm/mmu/mmu.c kvm_mmu_x86_module_init()',
    takenAt: (machine) => machine.kvmLoaded?.at.event ?? null,
    differences: ({ kernel }, { freshKvm }) =>
      freshKvm
        ? valueDifference(
            'kernel:itlb_multihit_kvm_mitigation',
            shared(kernel, 'itlb_multihit_kvm_mitigation'),
            shared(freshKvm.kernel, 'itlb_multihit_kvm_mitigation'),
          )
        : [],
    symptom: () => 'slower-but-safe',
    cures: ['runtime-parameter', ...NEW_KERNEL],
    tries: { 'kvm-reload': because('from-boot-bugs') },
  },
];

/** What KVM's modules have settled about the hardware when they were loaded. */
export function kvmVmxHolders(): readonly Holder[] {
  return holders;
}
